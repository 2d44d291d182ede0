/** Whether two sides computed the same thing: a fast wrong answer is worth nothing. */
import type { Workload } from './workloads';

/** Training steps whose losses are compared. */
export const CHECKED_STEPS = 5;
/** Nats a loss, and units a return or a norm, may differ. */
export const TOLERANCE = 1e-3;
/** Share of greedy tokens that must be equal; one near-tie that rounding turns moves the rest of its answer. */
export const EQUAL_TOKENS = 0.95;

export interface Agreement {
  agrees: boolean;
  /** What was compared and how far apart it was, in words. */
  detail: string;
}

/**
 * @param expected of the side that is compared with: losses in order, greedy tokens, advantages, or the numbers of
 *   an iteration
 * @param got of the other side; a slow one may have done fewer steps
 */
export function agreement(workload: Workload, expected: readonly number[], got: readonly number[]): Agreement {
  if (workload.kind === 'sample') {
    const equal = got.filter((token, i) => token === expected[i]).length;
    const share = equal / expected.length;
    return {
      agrees: got.length === expected.length && share >= EQUAL_TOKENS,
      detail: `${(100 * share).toFixed(1)} % of ${expected.length} greedy tokens equal`,
    };
  }
  const isTraining = workload.kind === 'train';
  const count = isTraining ? Math.min(CHECKED_STEPS, expected.length, got.length) : expected.length;
  const isComplete = isTraining ? count > 0 : got.length === count;
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const gap = Math.abs(got[i] - expected[i]);
    // A gap that is no number is the widest of all.
    worst = gap <= worst ? worst : Number.isNaN(gap) ? Infinity : gap;
  }
  const what = isTraining
    ? `losses of ${count} step${count === 1 ? '' : 's'}`
    : `${count} ${workload.kind === 'ppo' ? 'numbers of the first iteration' : 'advantages'}`;
  return { agrees: isComplete && worst <= TOLERANCE, detail: `${what} within ${worst.toExponential(1)}` };
}
