import type { MetricKey } from '../../metrics/metrics';
import type { Stage } from '../../worker/protocol';

/** Points kept per line. At this length every pixel of a wide chart still stands for several points. */
const CAPACITY = 20_000;

/** The points of one metric in the order of their steps: a ring of fixed size, the oldest points fall out. */
export class MetricSeries {
  #steps = new Float64Array(256);
  #values = new Float64Array(256);
  #start = 0;
  #length = 0;

  #dropped = 0;

  get length(): number {
    return this.#length;
  }

  /** Points that have fallen out. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param index 0 for the oldest point kept */
  stepAt(index: number): number {
    return this.#steps[(this.#start + index) % this.#steps.length];
  }

  valueAt(index: number): number {
    return this.#values[(this.#start + index) % this.#values.length];
  }

  push(step: number, value: number): void {
    if (this.#length === this.#steps.length) this.#makeRoom();
    const end = (this.#start + this.#length) % this.#steps.length;
    this.#steps[end] = step;
    this.#values[end] = value;
    this.#length += 1;
  }

  #makeRoom(): void {
    const size = this.#steps.length;
    if (size >= CAPACITY) {
      this.#start = (this.#start + 1) % size;
      this.#length -= 1;
      this.#dropped += 1;
      return;
    }
    const { steps, values } = this.points();
    const larger = Math.min(CAPACITY, size * 2);
    this.#steps = new Float64Array(larger);
    this.#values = new Float64Array(larger);
    this.#steps.set(steps);
    this.#values.set(values);
    this.#start = 0;
  }

  /** Copies of all points, oldest first. */
  points(): { steps: number[]; values: number[] } {
    const steps = new Array<number>(this.#length);
    const values = new Array<number>(this.#length);
    for (let i = 0; i < this.#length; i++) {
      const at = (this.#start + i) % this.#steps.length;
      steps[i] = this.#steps[at];
      values[i] = this.#values[at];
    }
    return { steps, values };
  }

  /** The newest value, or null before the first. */
  last(): number | null {
    return this.#length === 0 ? null : this.#values[(this.#start + this.#length - 1) % this.#steps.length];
  }

  first(): number | null {
    return this.#length === 0 ? null : this.#values[this.#start];
  }

  /** The newest value at or before a step, or null when there is none. */
  at(step: number): number | null {
    for (let i = this.#length - 1; i >= 0; i--) {
      const place = (this.#start + i) % this.#steps.length;
      if (this.#steps[place] <= step) return this.#values[place];
    }
    return null;
  }

  /** Mean of the newest `count` finite values, or null. */
  recentMean(count: number): number | null {
    let sum = 0;
    let used = 0;
    for (let i = Math.max(0, this.#length - count); i < this.#length; i++) {
      const value = this.#values[(this.#start + i) % this.#steps.length];
      if (!Number.isFinite(value)) continue;
      sum += value;
      used += 1;
    }
    return used === 0 ? null : sum / used;
  }
}

/** All lines of a run, by stage and metric. */
export class MetricBook {
  #stages = new Map<Stage, Map<MetricKey, MetricSeries>>();

  /** Adds the points of one message; a NaN cell means "no such metric at this step" and adds nothing. */
  add(stage: Stage, keys: readonly MetricKey[], steps: ArrayLike<number>, values: ArrayLike<number>): void {
    let lines = this.#stages.get(stage);
    if (lines === undefined) this.#stages.set(stage, (lines = new Map<MetricKey, MetricSeries>()));
    for (let k = 0; k < keys.length; k++) {
      let line = lines.get(keys[k]);
      if (line === undefined) lines.set(keys[k], (line = new MetricSeries()));
      for (let s = 0; s < steps.length; s++) {
        const value = values[s * keys.length + k];
        if (!Number.isNaN(value)) line.push(steps[s], value);
      }
    }
  }

  series(stage: Stage, key: MetricKey): MetricSeries | undefined {
    return this.#stages.get(stage)?.get(key);
  }

  /** Metrics that have at least one point, in the order they first arrived. */
  keys(stage: Stage): MetricKey[] {
    return [...(this.#stages.get(stage) ?? [])].filter(([, line]) => line.length > 0).map(([key]) => key);
  }

  get hasPoints(): boolean {
    return [...this.#stages.values()].some((lines) => lines.size > 0);
  }

  /** Hands all lines over to a new book; this one is empty then. */
  take(): MetricBook {
    const taken = new MetricBook();
    taken.#stages = this.#stages;
    this.#stages = new Map();
    return taken;
  }

  clear(stage?: Stage): void {
    if (stage === undefined) this.#stages.clear();
    else this.#stages.delete(stage);
  }
}
