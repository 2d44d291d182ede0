import type { MetricSeries } from '../state/metricSeries';
import type { StepMap } from './horizontal';

/**
 * Where steps lie on an axis whose metric only rises: tokens, episodes, seconds. It reads the series as that grows, so
 * it stays the same map, steps that have a place keep it, and lines over it are appended to as over the steps themselves.
 */
export class RisingMap implements StepMap {
  readonly #axis: MetricSeries;
  /** Points that were looked at, those that have fallen out included. */
  #seen = 0;
  #isRising = true;

  /** @param axis points of the axis metric, steps ascending */
  constructor(axis: MetricSeries) {
    this.#axis = axis;
  }

  /** False once a value was below the one before it: places would not come in the order of the steps. */
  get isRising(): boolean {
    const axis = this.#axis;
    for (let i = Math.max(1, this.#seen - axis.dropped); i < axis.length; i++)
      if (!(axis.valueAt(i) >= axis.valueAt(i - 1))) this.#isRising = false;
    this.#seen = axis.length + axis.dropped;
    return this.#isRising;
  }

  get settledStep(): number {
    return this.#axis.length === 0 ? -Infinity : this.#axis.stepAt(this.#axis.length - 1);
  }

  toX = (step: number): number => {
    const after = this.#firstIndex((i) => this.#axis.stepAt(i) > step);
    return after === 0 ? NaN : this.#axis.valueAt(after - 1);
  };

  toStep = (x: number): number => {
    const axis = this.#axis;
    if (axis.length === 0) return 0;
    const after = this.#firstIndex((i) => axis.valueAt(i) >= x);
    if (after === 0) return axis.stepAt(0);
    const isBefore = after === axis.length || x - axis.valueAt(after - 1) <= axis.valueAt(after) - x;
    return axis.stepAt(isBefore ? after - 1 : after);
  };

  /** The first index for which a condition holds that holds for all behind it; the length when for none. */
  #firstIndex(holds: (index: number) => boolean): number {
    let low = 0;
    let high = this.#axis.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
