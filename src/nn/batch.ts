import * as tf from '@tensorflow/tfjs';
import type { TokenBatch } from './gpt';

/** Positions that count real tokens from 0 in each row: exclusive cumulative sum of the mask, clamped to the context. */
export function positionsOf(mask: ArrayLike<number>, length: number, context: number): Int32Array {
  const positions = new Int32Array(mask.length);
  for (let start = 0; start < mask.length; start += length) {
    let count = 0;
    for (let t = 0; t < length; t++) {
      positions[start + t] = Math.min(count, context - 1);
      if (mask[start + t] > 0) count++;
    }
  }
  return positions;
}

/**
 * Puts a padded batch on the device.
 * @param ids  [B, T], any valid id in padded slots
 * @param mask [B, T], 1 where the token is real
 */
export function tokenBatch(ids: Int32Array, mask: Float32Array, length: number, context: number): TokenBatch {
  if (ids.length !== mask.length || ids.length % length !== 0) {
    throw new RangeError(`tokenBatch: ${ids.length} ids and ${mask.length} mask values do not make rows of ${length}.`);
  }
  if (length > context)
    throw new RangeError(
      `tokenBatch: rows of ${length} tokens exceed the context of ${context}; shorten prompts or answers.`,
    );
  const rows = ids.length / length;
  return {
    ids: tf.tensor2d(ids, [rows, length], 'int32'),
    mask: tf.tensor2d(mask, [rows, length]),
    positions: tf.tensor1d(positionsOf(mask, length, context), 'int32'),
  };
}

export function disposeBatch(batch: TokenBatch): void {
  batch.ids.dispose();
  batch.mask.dispose();
  batch.positions.dispose();
}
