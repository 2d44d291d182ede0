import type { MetricSeries } from '../state/metricSeries';
import { Extremes } from './extremes';
import type { StepMap } from './horizontal';

/** Fewer points than this are no noise to smooth away: one an epoch, for instance. */
const FEWEST_SMOOTHED = 12;

/**
 * One line ready to be drawn: places on the axis, values as measured and smoothed, and the extremes of both. It follows
 * its series: new points are appended, and only another smoothing or another axis makes it anew.
 *   s_t = w·s_(t−1) + (1 − w)·x_t,  shown as s_t / (1 − w^(number of points)), as in `smoothSeries`
 */
export class PreparedLine {
  xs = new Float64Array(256);
  raw = new Float64Array(256);
  smooth = new Float64Array(256);
  length = 0;
  /** How often the line was made anew: as long as this stays, points have only been appended. */
  makes = 0;
  readonly rawExtremes = new Extremes();
  readonly smoothExtremes = new Extremes();
  #weight = -1;
  #dropped = 0;
  #map: StepMap | null = null;
  #sum = 0;
  #total = 0;

  /** Whether a smoothed line is drawn over the measured one. */
  get isSmoothed(): boolean {
    return this.#weight > 0;
  }

  /** @param map where steps lie on the axis; null for the steps themselves */
  follow(series: MetricSeries, weight: number, map: StepMap | null): void {
    const used = series.length < FEWEST_SMOOTHED ? 0 : weight;
    // Places that the map orders anew cannot be appended to.
    if (used !== this.#weight || series.dropped !== this.#dropped || map !== this.#map || series.length < this.length) {
      this.#weight = used;
      this.#dropped = series.dropped;
      this.#map = map;
      this.makes++;
      this.length = this.#sum = this.#total = 0;
    }
    if (map === null) this.#append(series);
    else if (this.length === 0 && series.length > 0) this.#place(series, map);
  }

  #append(series: MetricSeries): void {
    const from = this.length;
    if (series.length === from) return;
    this.#reserve(series.length);
    for (let i = from; i < series.length; i++) {
      this.xs[i] = series.stepAt(i);
      this.#push(i, series.valueAt(i));
    }
    this.#finish(from, series.length);
  }

  /** Smooths in the order of the steps, then puts the points in the order of their places; those without one are left out. */
  #place(series: MetricSeries, map: StepMap): void {
    this.#reserve(series.length);
    for (let i = 0; i < series.length; i++) this.#push(i, series.valueAt(i));
    const places = Array.from({ length: series.length }, (_, i) => ({ x: map.toX(series.stepAt(i)), i }))
      .filter(({ x }) => Number.isFinite(x))
      .sort((a, b) => a.x - b.x);
    const [raw, smooth] = [this.raw.slice(), this.smooth.slice()];
    places.forEach(({ x, i }, at) => {
      this.xs[at] = x;
      this.raw[at] = raw[i];
      this.smooth[at] = smooth[i];
    });
    this.#finish(0, places.length);
  }

  #push(i: number, value: number): void {
    this.raw[i] = value;
    if (!Number.isFinite(value)) {
      this.smooth[i] = value;
      return;
    }
    const weight = this.#weight;
    this.#sum = weight * this.#sum + (1 - weight) * value;
    this.#total = weight * this.#total + (1 - weight);
    this.smooth[i] = this.#sum / this.#total;
  }

  #finish(from: number, length: number): void {
    this.length = length;
    this.rawExtremes.extend(this.raw, from, length);
    this.smoothExtremes.extend(this.smooth, from, length);
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
