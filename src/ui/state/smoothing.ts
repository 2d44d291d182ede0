/**
 * Exponential moving average with the start-up bias divided out:
 *   s_t = w·s_{t−1} + (1 − w)·x_t,  shown as s_t / (1 − w^(number of points))
 * so that the first points are not pulled towards zero.
 * @param values points in order; a value that is not finite is copied through and leaves the average as it was
 * @param weight 0 (raw) to below 1; how much of the past is kept at each point
 * @returns a new array of the same length
 */
export function smoothSeries(values: ArrayLike<number>, weight: number): number[] {
  const smoothed = new Array<number>(values.length);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    smoothed[i] = sum / total;
  }
  return smoothed;
}
