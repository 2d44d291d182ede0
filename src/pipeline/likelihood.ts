import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import { readValues } from '../kernels/defineKernel';
import type { Gpt } from '../nn/gpt';
import { responseLogprobs, type ResponseBatch } from '../rlhf/responses';
import { disposeResponseBatch, responseBatch, type Item } from './items';

/** Rows that go through the model together. */
const ROWS = 128;

/** One number per item from a function of padded batches. One readback per batch. */
async function perItem(
  model: Gpt,
  items: readonly Item[],
  responseLength: number,
  compute: (batch: ResponseBatch) => Tensor1D,
): Promise<number[]> {
  const result: number[] = [];
  for (let at = 0; at < items.length; at += ROWS) {
    const batch = responseBatch(items.slice(at, at + ROWS), model.shape, responseLength);
    const values = tf.tidy(() => compute(batch));
    result.push(...(await readValues(values)));
    values.dispose();
    disposeResponseBatch(batch);
  }
  return result;
}

function summedLogprobs(model: Gpt, batch: ResponseBatch, temperature: number): Tensor1D {
  return responseLogprobs(model, batch, temperature).logprobs.mul(batch.mask).sum(1);
}

/**
 * Σ over answer tokens of log π(token), per item, in nats.
 * @param responseLength slots that answers may take; prompts get what is left of the context and lose their beginning
 */
export function sequenceLogprobs(
  model: Gpt,
  items: readonly Item[],
  responseLength: number,
  temperature = 1,
): Promise<number[]> {
  return perItem(model, items, responseLength, (batch) => summedLogprobs(model, batch, temperature));
}

/**
 * Σ over answer tokens of log π − log π_ref, per item, in nats.
 * @param temperature of the policy's sampling; the reference is taken at 1
 */
export function sequenceKl(
  policy: Gpt,
  reference: Gpt,
  items: readonly Item[],
  responseLength: number,
  temperature = 1,
): Promise<number[]> {
  return perItem(policy, items, responseLength, (batch) =>
    summedLogprobs(policy, batch, temperature).sub(summedLogprobs(reference, batch, 1)),
  );
}
