import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { causalAttention } from '../kernels/causalAttention';
import { decodeAttention, writeKvCache } from '../kernels/decodeAttention';
import { normLinear } from '../kernels/normLinear';
import { randomUniform, type DrawKey } from '../kernels/randomUniform';
import { sampleStep } from '../kernels/sampleTokens';
import type { StepNumber } from '../kernels/stepValue';
import { blockParameters, decodingHead, embed, runBlocks, type Gpt, type TokenBatch } from './gpt';

export interface SamplingOptions {
  /** R: slots of an answer. */
  responseLength: number;
  /** 0 takes the most likely token. */
  temperature: StepNumber;
  /** 0 is off. */
  topK?: number;
  /** 1 is off. */
  topP?: number;
  eos: number;
  pad: number;
  /** The random stream of this batch. */
  key: DrawKey;
}

/** Prompts as they enter generation: left-padded, mask and positions on the host as well. */
export interface PromptBatch {
  tokens: TokenBatch;
  /** Real tokens of each prompt. */
  lengths: Int32Array;
  /** Q */
  queryLength: number;
}

export type Generated = {
  /** [B, R] int32; the pad id after the end. */
  responses: Tensor2D;
  /** [B, Q+R] float32: prompt mask, then 1 up to and including the end token. */
  mask: Tensor2D;
};

/**
 * Samples answers with a key/value cache. Tokens are drawn on the device from a counter-based generator; nothing is read
 * back, so all R slots are computed even when every row has ended.
 * @returns tensors owned by the caller
 */
export function generate(model: Gpt, prompts: PromptBatch, options: SamplingOptions): Generated {
  const positions = answerPositions(prompts.lengths, options.responseLength, model.shape.context);
  const generated = decode(model, prompts.tokens, positions, options);
  positions.dispose();
  return generated;
}

/**
 * The work of `generate` on the device alone.
 * @param prompts left-padded
 * @param positions [R, B] int32 from `answerPositions`
 * @returns tensors owned by the caller
 */
export function decode(model: Gpt, prompts: TokenBatch, positions: Tensor2D, options: SamplingOptions): Generated {
  const { shape, parameters } = model;
  const { responseLength, temperature, topK = 0, topP = 1, eos, pad, key } = options;
  const [rows, queryLength] = prompts.ids.shape;
  const total = queryLength + responseLength;
  return tf.tidy(() => {
    const caches = Array.from({ length: shape.layers }, () => tf.fill([rows, total, 2 * shape.width], 0) as Tensor3D);
    const mask = tf.pad(prompts.mask, [
      [0, 0],
      [0, responseLength],
    ]);
    const tokens = tf.fill([rows, responseLength], pad, 'int32') as Tensor2D;
    const done = tf.zeros([rows]) as Tensor1D;
    const uniforms = randomUniform([responseLength, rows], key) as Tensor2D;
    let hidden = prefill(model, prompts, mask, caches);
    for (let step = 0; step < responseLength; step++) {
      hidden = tf.tidy(() => {
        const logits = decodingHead(model, hidden);
        const slot = queryLength + step;
        const next = sampleStep(
          logits,
          uniforms,
          step,
          { tokens, done, mask },
          { temperature, topK, topP, eos, pad, slot },
        );
        if (step === responseLength - 1) return hidden.clone();
        const attend = (joint: Tensor2D, layer: number) =>
          decodeAttention(joint, caches[layer], mask, slot, shape.heads);
        const embedded = embed(parameters, next, positions.as1D(), step * rows);
        return runBlocks(model, embedded, attend, { isDecoding: true });
      });
    }
    return { responses: tokens, mask };
  });
}

/**
 * Position of answer slot r in row b, [R, B] int32, owned by the caller.
 * @param lengths real tokens of each prompt
 */
export function answerPositions(lengths: Int32Array, responseLength: number, context: number): Tensor2D {
  const rows = lengths.length;
  const positions = new Int32Array(responseLength * rows);
  for (let r = 0; r < responseLength; r++) {
    for (let b = 0; b < rows; b++) positions[r * rows + b] = Math.min(lengths[b] + r, context - 1);
  }
  return tf.tensor2d(positions, [responseLength, rows], 'int32');
}

/**
 * Runs the prompt, fills the caches, and returns the hidden state of each prompt's last token, [B, C]. Of the last block the
 * other tokens need keys and values only; the last token passes it as a sampled one does.
 * @param mask [B, Q+R] of all slots
 */
function prefill(model: Gpt, batch: TokenBatch, mask: Tensor2D, caches: Tensor3D[]): Tensor2D {
  const { shape, parameters } = model;
  const [rows, length] = batch.ids.shape;
  const last = shape.layers - 1;
  return tf.tidy(() => {
    const store = (joint: Tensor2D, layer: number) => {
      const qkv = joint.reshape([rows, length, 3 * shape.width]) as Tensor3D;
      writeKvCache(qkv, caches[layer], 0);
      return qkv;
    };
    const attend = (joint: Tensor2D, layer: number) =>
      causalAttention(store(joint, layer), batch.mask, shape.heads).reshape([rows * length, shape.width]) as Tensor2D;
    const embedded = embed(parameters, batch.ids.reshape([rows * length]), batch.positions);
    const hidden = runBlocks(model, embedded, attend, { blocks: [0, last] });
    const { norm1, qkv } = blockParameters(parameters, last);
    store(normLinear(hidden, norm1, qkv).y, last);
    // Prompts are left-padded, so the last token of every row is in the last column.
    const ends = hidden.reshape([rows, length, shape.width]).slice([0, length - 1, 0], [rows, 1, shape.width]);
    const decode = (joint: Tensor2D) => decodeAttention(joint, caches[last], mask, length - 1, shape.heads);
    const end = ends.reshape([rows, shape.width]) as Tensor2D;
    return runBlocks(model, end, decode, { isDecoding: true, blocks: [last, last + 1] });
  });
}
