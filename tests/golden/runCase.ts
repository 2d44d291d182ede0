import * as tf from '@tensorflow/tfjs';
import type { GoldenCase } from './cases';
import { compare, type Verdict } from './compare';
import { RUNNERS } from './runners';

/** Runs a case on the current engine and judges it; what is thrown on the way is a problem of the case. */
export async function runCase(golden: GoldenCase): Promise<Verdict> {
  const runner = RUNNERS[golden.op];
  if (!runner) return { worst: Infinity, problems: [`op ${golden.op} has no runner`] };
  const before = tf.memory().numTensors;
  try {
    const verdict = compare(golden, await runner.run(golden));
    const left = tf.memory().numTensors - before;
    if (left !== 0) verdict.problems.push(`${left} tensors left behind`);
    return verdict;
  } catch (error) {
    return { worst: Infinity, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** True when the op is computed on the host alone: it runs once, whatever the engine. */
export function isHostCase(golden: GoldenCase): boolean {
  return RUNNERS[golden.op]?.kind === 'host';
}
