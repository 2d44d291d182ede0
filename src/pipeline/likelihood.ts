import type { Tensor1D } from '@tensorflow/tfjs';
import { readStep } from '../kernels/readStep';
import type { StepRunner } from '../kernels/stepRunner';
import type { Gpt } from '../nn/gpt';
import { responseLogprobs, type ResponseBatch } from '../rlhf/responses';
import { disposeResponseBatch, responseBatch, type Item } from './items';

/** Rows that go through the model together. */
const ROWS = 128;

/** One number per item from a function of padded batches. One readback per batch. */
async function perItem(
  step: { name: string; uses: readonly [Gpt, ...Gpt[]]; temperature: number; runner?: StepRunner },
  items: readonly Item[],
  responseLength: number,
  compute: (batch: ResponseBatch) => Tensor1D,
): Promise<number[]> {
  const { name, uses, temperature, runner } = step;
  const result: number[] = [];
  for (let at = 0; at < items.length; at += ROWS) {
    const batch = responseBatch(items.slice(at, at + ROWS), uses[0].shape, responseLength);
    const given = { name, uses, inputs: { batch, temperature } };
    const { sums } = await readStep(runner, given, (inputs) => ({ sums: compute(inputs.batch) }));
    result.push(...sums);
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
 * @param runner keeps what it took for batches of the same widths
 */
export function sequenceLogprobs(
  model: Gpt,
  items: readonly Item[],
  responseLength: number,
  temperature = 1,
  runner?: StepRunner,
): Promise<number[]> {
  const step = { name: 'sequence logprobs', uses: [model], temperature, runner } as const;
  return perItem(step, items, responseLength, (batch) => summedLogprobs(model, batch, temperature));
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
  runner?: StepRunner,
): Promise<number[]> {
  const step = { name: 'sequence kl', uses: [policy, reference], temperature, runner } as const;
  return perItem(step, items, responseLength, (batch) =>
    summedLogprobs(policy, batch, temperature).sub(summedLogprobs(reference, batch, 1)),
  );
}
