import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { paddedLength, queryResponseBatch } from '../data/batches';
import { disposeBatch, tokenBatch } from '../nn/batch';
import type { GptShape } from '../nn/gpt';
import type { ResponseBatch } from '../rlhf/responses';
import type { Config } from '../config/config';
import { PAD_ID } from '../data/tokenizer';

/** One prompt with one answer, as tokens. The answer ends with the end token if it ended by itself. */
export interface Item {
  prompt: readonly number[];
  response: readonly number[];
}

/** Answers are padded to a multiple of this, so that few shapes occur. */
const RESPONSE_MULTIPLE = 4;
const QUERY_MULTIPLE = 8;

/** Demonstrations may be this much longer than answers, so that few lose their end. */
const DEMONSTRATION_SLACK = 8;

/** Slots of a demonstration while learning from it. */
export function demonstrationSlots(config: Config): number {
  return config['sampling.responseLength'] + DEMONSTRATION_SLACK;
}

/** Longest prompt that leaves room for the answers. */
export function queryLimit(shape: GptShape, responseLength: number): number {
  return shape.context - responseLength;
}

/**
 * Puts items on the device in the one layout of this project: prompts left-padded, answers right-padded. Both sides are
 * only as wide as the longest item needs.
 * @param widest decides the width instead; the items are among them
 */
export function responseBatch(
  items: readonly Item[],
  shape: GptShape,
  responseLength: number,
  widest: readonly Item[] = items,
): ResponseBatch {
  const longest = (part: 'prompt' | 'response') => widest.reduce((most, item) => Math.max(most, item[part].length), 1);
  const slots = Math.min(responseLength, Math.ceil(longest('response') / RESPONSE_MULTIPLE) * RESPONSE_MULTIPLE);
  const queryLength = Math.min(queryLimit(shape, responseLength), paddedLength(longest('prompt'), QUERY_MULTIPLE));
  const host = queryResponseBatch(items, { queryLength, responseLength: slots });
  const rows = items.length;
  const length = queryLength + slots;
  const responses = new Int32Array(rows * slots).fill(PAD_ID);
  const mask = new Float32Array(rows * slots);
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < slots; t++) {
      responses[row * slots + t] = host.ids[row * length + queryLength + t];
      mask[row * slots + t] = host.mask[row * length + queryLength + t];
    }
  }
  return {
    tokens: tokenBatch(host.ids, Float32Array.from(host.mask), length, shape.context),
    responses: tf.tensor2d(responses, [rows, slots], 'int32') as Tensor2D,
    mask: tf.tensor2d(mask, [rows, slots]) as Tensor2D,
    lengths: tf.tensor1d(host.lengths, 'int32') as Tensor1D,
    queryLength,
  };
}

export function disposeResponseBatch(batch: ResponseBatch): void {
  disposeBatch(batch.tokens);
  tf.dispose([batch.responses, batch.mask, batch.lengths]);
}

/** Real tokens of a list of items, what `perf/tokens_per_s` counts. */
export function countTokens(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + item.prompt.length + item.response.length, 0);
}
