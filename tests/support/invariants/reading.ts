/** Reading tensors and freeing models, and the tolerances that the invariants share. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { readValues } from '../../../src/kernels/defineKernel';
import { disposeModel, type Gpt } from '../../../src/nn/gpt';
import type { Tolerance } from '../closeness';

export const ADAM = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };

/** Two ways to the same number, a few roundings apart. */
export const ROUNDING: Tolerance = { rtol: 2e-5, atol: 2e-5 };

export const values = async (tensors: Record<string, Tensor>): Promise<Record<string, number[]>> => {
  const read: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(tensors)) read[name] = Array.from(await readValues(tensor));
  return read;
};

/** Reads the tensors that `work` makes and frees everything it made. */
export async function reading(work: () => Record<string, Tensor>): Promise<Record<string, number[]>> {
  const outputs = tf.tidy(work);
  const read = await values(outputs);
  tf.dispose(outputs);
  return read;
}

/** Runs `work` with models that are freed afterwards. */
export async function withModels<T>(models: Gpt[], work: (...models: Gpt[]) => Promise<T>): Promise<T> {
  try {
    return await work(...models);
  } finally {
    models.forEach(disposeModel);
  }
}
