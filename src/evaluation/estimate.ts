/** Numbers with their sampling error: every measure of this folder ends as one of these. Host-side, plain data. */
import { winRateInterval, Z95 } from '../rlhf/statistics';

/** A mean with its 95 % interval. */
export interface Interval {
  mean: number;
  /** Standard error of the mean; 0 where one unit leaves the spread unknown. */
  se: number;
  low: number;
  high: number;
  /** Independent units behind it: prompts, items. */
  n: number;
}

/** A mean over independent units, with the units. */
export interface Estimate extends Interval {
  /** One number per unit, in the order of the units: two estimates over the same units can be compared in pairs. */
  values: number[];
}

function interval(mean: number, se: number, n: number): Interval {
  return { mean, se, low: mean - Z95 * se, high: mean + Z95 * se, n };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Unbiased variance; 0 for a single value. */
function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
}

/**
 * Mean of one number per unit.
 * @throws RangeError without values: an estimate of nothing has no mean
 */
export function estimateOf(values: readonly number[]): Estimate {
  if (values.length === 0)
    throw new RangeError('estimateOf: got 0 values; expected at least 1; measure on more prompts.');
  const se = Math.sqrt(varianceOf(values) / values.length);
  return { ...interval(meanOf(values), se, values.length), values: [...values] };
}

/** Share of units of which something is true, with Wilson's interval: it stays inside 0 to 1 and open at 0 and 1. */
export function shareOf(flags: readonly boolean[]): Estimate {
  const estimate = estimateOf(flags.map(Number));
  const hits = flags.filter(Boolean).length;
  const { wilsonLow, wilsonHigh } = winRateInterval(hits, flags.length - hits, 0);
  return { ...estimate, low: wilsonLow, high: wilsonHigh };
}

/**
 * Ratio of two totals over units that count differently, such as pairs put right over pairs judged, prompts being the
 * units. `values` are linearised, so that their mean is the ratio and their spread gives its standard error:
 *   v_i = r + (hits_i − r·counts_i) / mean(counts)
 * @throws RangeError when nothing was counted
 */
export function ratioEstimate(hits: readonly number[], counts: readonly number[]): Estimate {
  const count = counts.reduce((sum, each) => sum + each, 0);
  if (!(count > 0) || hits.length !== counts.length)
    throw new RangeError(
      `ratioEstimate: ${hits.length} hits over ${counts.length} counts that sum to ${count}; expected as many of both and a positive sum.`,
    );
  const ratio = hits.reduce((sum, each) => sum + each, 0) / count;
  const perUnit = count / counts.length;
  return estimateOf(hits.map((each, i) => ratio + (each - ratio * counts[i]) / perUnit));
}

/**
 * a − b over the same units: the error of what both have in common, easy and hard prompts, cancels.
 * @throws RangeError when the units are not as many
 */
export function pairedDifference(a: Estimate, b: Estimate): Estimate {
  if (a.n !== b.n)
    throw new RangeError(`pairedDifference: ${a.n} against ${b.n} units; expected the same prompts for both.`);
  return estimateOf(a.values.map((value, i) => value - b.values[i]));
}

const totalOf = (estimates: readonly Interval[]) => estimates.reduce((sum, { n }) => sum + n, 0);

/** Mean of independent estimates of different things, such as the suites of a benchmark, all weighing the same. */
export function averaged(estimates: readonly Interval[]): Interval {
  const se = Math.sqrt(meanOf(estimates.map((estimate) => estimate.se ** 2)) / estimates.length);
  return interval(meanOf(estimates.map(({ mean }) => mean)), se, totalOf(estimates));
}

/** An estimate over several seeds. */
export interface Pooled extends Interval {
  seeds: number;
}

/**
 * Mean over seeds, all weighing the same. The error is the larger of what sampling inside the seeds explains and what the
 * seeds differ by: se² = max(variance between seeds, mean of their se²) / seeds.
 * @source DerSimonian and Laird 1986, with equal weights
 */
export function pooled(estimates: readonly Interval[]): Pooled {
  if (estimates.length === 0) throw new RangeError('pooled: got 0 seeds; expected at least 1.');
  const means = estimates.map(({ mean }) => mean);
  const within = meanOf(estimates.map(({ se }) => se ** 2));
  const se = Math.sqrt(Math.max(varianceOf(means), within) / means.length);
  return { ...interval(meanOf(means), se, totalOf(estimates)), seeds: means.length };
}
