import * as tf from '@tensorflow/tfjs';
import type { GoldenCase } from './cases';
import { compare, type Verdict } from './compare';
import { RUNNERS } from './runners';
import type { Runner } from './runners/runner';

/** Runs a case on the current engine and judges it; what is thrown on the way is a problem of the case. */
export async function runCase(golden: GoldenCase): Promise<Verdict> {
  const runner = runnerOf(golden);
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

function runnerOf({ op }: GoldenCase): Runner | undefined {
  return Object.hasOwn(RUNNERS, op) ? RUNNERS[op] : undefined;
}

/** Engines that a case is for: both for ops on tensors, `host` for those computed there; without a runner none can tell. */
export function enginesOf(golden: GoldenCase): readonly ('cpu' | 'webgpu' | 'host')[] {
  return runnerOf(golden)?.kind === 'tensor' ? ['cpu', 'webgpu'] : ['host'];
}
