import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { readValues } from './defineKernel';
import { capturesSteps, liveValues, type LiveNumbers, type LiveValues, type Step, type StepRunner } from './stepRunner';

/**
 * Does a step whose results are wanted on the host, one readback for each. What looks at models goes through here.
 * @param runner keeps what the step took for the next time; without one, and on engines where nothing is captured, the
 * step is done and forgotten
 * @param compute as for {@link StepRunner.run}
 * @returns values by the names of the results
 */
export async function readStep<I extends object, Name extends string, L extends LiveNumbers = Record<never, never>>(
  runner: StepRunner | undefined,
  step: Step<I, L>,
  compute: (inputs: I, live: LiveValues<L>) => Record<Name, Tensor>,
): Promise<Record<Name, Float32Array | Int32Array>> {
  if (runner && capturesSteps()) return readAll(await runner.run(step, compute));
  const results = tf.tidy(() => compute(step.inputs, liveValues(step.live ?? {}) as LiveValues<L>));
  try {
    return await readAll(results);
  } finally {
    tf.dispose(results);
  }
}

async function readAll<Name extends string>(
  tensors: Record<Name, Tensor>,
): Promise<Record<Name, Float32Array | Int32Array>> {
  const values: Partial<Record<Name, Float32Array | Int32Array>> = {};
  for (const name of Object.keys(tensors) as Name[]) values[name] = await readValues(tensors[name]);
  return values as Record<Name, Float32Array | Int32Array>;
}
