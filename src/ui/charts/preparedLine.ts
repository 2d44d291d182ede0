import type { MetricSeries } from '../state/metricSeries';
import { Extremes } from './extremes';
import { IDENTITY, type StepMap } from './horizontal';

/** Fewer points than this are no noise to smooth away: one an epoch, for instance. */
const FEWEST_SMOOTHED = 12;

/** How far a line has followed its series. */
interface Progress {
  /** Points of the series that were looked at; those without a place on the axis are not in the line. */
  taken: number;
  length: number;
  /** Σ of the weighted values so far, and of their weights. */
  sum: number;
  total: number;
}

const START: Progress = { taken: 0, length: 0, sum: 0, total: 0 };

/**
 * One line ready to be drawn: places on the axis, values as measured and smoothed, and the extremes of both. It follows
 * its series: new points are appended, and only another smoothing or another axis makes it anew. Points whose place is
 * not known yet stand at the newest place and move on when it is.
 *   s_t = w·s_(t−1) + (1 − w)·x_t,  shown as s_t / (1 − w^(number of points)), as in `smoothSeries`
 */
export class PreparedLine {
  xs = new Float64Array(256);
  raw = new Float64Array(256);
  smooth = new Float64Array(256);
  /** How often the line was made anew: as long as this stays, points have only been appended. */
  makes = 0;
  readonly rawExtremes = new Extremes();
  readonly smoothExtremes = new Extremes();
  #weight = -1;
  #dropped = 0;
  #map: StepMap = IDENTITY;
  #now: Progress = START;
  /** Where the points begin whose place may still change; null without one. */
  #open: Progress | null = null;

  /** Whether a smoothed line is drawn over the measured one. */
  get isSmoothed(): boolean {
    return this.#weight > 0;
  }

  get length(): number {
    return this.#now.length;
  }

  /** @param map where steps lie on the axis */
  follow(series: MetricSeries, weight: number, map: StepMap = IDENTITY): void {
    const used = series.length < FEWEST_SMOOTHED ? 0 : weight;
    const isOther = used !== this.#weight || series.dropped !== this.#dropped || map !== this.#map;
    if (isOther || series.length < this.#now.taken) {
      this.#weight = used;
      this.#dropped = series.dropped;
      this.#map = map;
      this.#goBack(START);
    }
    if (map.settledStep === null) {
      // Places that the map orders anew cannot be appended to; it is another map when one has changed.
      if (this.#now.taken === 0 && series.length > 0) this.#place(series, map);
      return;
    }
    if (this.#open !== null && series.stepAt(this.#open.taken) <= map.settledStep) this.#goBack(this.#open);
    this.#append(series, map, map.settledStep);
  }

  #goBack(to: Progress): void {
    this.#now = to;
    this.#open = null;
    this.makes++;
  }

  #append(series: MetricSeries, map: StepMap, settledStep: number): void {
    if (series.length === this.#now.taken) return;
    const from = this.length;
    this.#reserve(from + series.length - this.#now.taken);
    let [length, { sum, total }] = [from, this.#now];
    for (let taken = this.#now.taken; taken < series.length; taken++) {
      const step = series.stepAt(taken);
      if (step > settledStep) this.#open ??= { taken, length, sum, total };
      [sum, total] = this.#push(length, series.valueAt(taken), sum, total);
      this.xs[length] = map.toX(step);
      if (Number.isFinite(this.xs[length])) length++;
    }
    this.#finish(from, { taken: series.length, length, sum, total });
  }

  /** Smooths in the order of the steps, then puts the points in the order of their places; those without one are left out. */
  #place(series: MetricSeries, map: StepMap): void {
    this.#reserve(series.length);
    let [sum, total] = [0, 0];
    for (let i = 0; i < series.length; i++) [sum, total] = this.#push(i, series.valueAt(i), sum, total);
    const places = Array.from({ length: series.length }, (_, i) => ({ x: map.toX(series.stepAt(i)), i }))
      .filter(({ x }) => Number.isFinite(x))
      .sort((a, b) => a.x - b.x);
    const [raw, smooth] = [this.raw.slice(), this.smooth.slice()];
    places.forEach(({ x, i }, at) => {
      this.xs[at] = x;
      this.raw[at] = raw[i];
      this.smooth[at] = smooth[i];
    });
    this.#finish(0, { taken: series.length, length: places.length, sum, total });
  }

  /** Writes a point. @returns sum and total of the smoothing with it */
  #push(i: number, value: number, sum: number, total: number): [number, number] {
    this.raw[i] = this.smooth[i] = value;
    if (!Number.isFinite(value)) return [sum, total];
    const weight = this.#weight;
    const next: [number, number] = [weight * sum + (1 - weight) * value, weight * total + (1 - weight)];
    this.smooth[i] = next[0] / next[1];
    return next;
  }

  #finish(from: number, now: Progress): void {
    this.#now = now;
    this.rawExtremes.extend(this.raw, from, now.length);
    this.smoothExtremes.extend(this.smooth, from, now.length);
  }

  #reserve(length: number): void {
    if (this.xs.length >= length) return;
    const grow = (old: Float64Array) => {
      const larger = new Float64Array(2 ** Math.ceil(Math.log2(length)));
      larger.set(old);
      return larger;
    };
    this.xs = grow(this.xs);
    this.raw = grow(this.raw);
    this.smooth = grow(this.smooth);
  }

  /** Index of the first point whose place is at or beyond x. */
  indexAt(x: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.xs[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The newest smoothed value at or before x, or null. */
  valueAt(x: number): number | null {
    const after = this.indexAt(x + Number.EPSILON * Math.abs(x));
    const index = after < this.length && this.xs[after] <= x ? after : after - 1;
    return index < 0 ? null : this.smooth[index];
  }

  /** The points in [from, to] and one neighbour on each side, as indices. */
  span(from: number, to: number): [number, number] {
    const first = Math.max(0, this.indexAt(from) - 1);
    return [first, Math.min(this.length, this.indexAt(to) + 1)];
  }
}
