/** A tiny policy, value network and batch of answers, the same numbers on every engine. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { tokenBatch } from '../../src/nn/batch';
import { addRewardHead, initialiseGpt } from '../../src/nn/initialise';
import type { Gpt, GptShape } from '../../src/nn/gpt';
import { responseMask } from '../../src/rlhf/truncate';
import type { ResponseBatch } from '../../src/rlhf/responses';
import { integers, normals } from './numbers';

export const SHAPE: GptShape = { layers: 2, width: 16, heads: 2, context: 24, vocabulary: 13 };
export const PAD = 1;

/** Weights far from the usual start, so that logits differ between tokens and models. */
function spread(seed: number): () => number {
  const numbers = normals(40_000, seed, 8);
  let next = 0;
  return () => numbers[next++];
}

export const tinyModel = (seed: number): Gpt => initialiseGpt(SHAPE, spread(seed));
export const tinyScalarModel = (seed: number): Gpt => addRewardHead(tinyModel(seed), spread(seed + 100));

const QUERIES = [
  [0, 5, 6, 7],
  [0, 9],
  [0, 3, 12],
];
const LENGTHS = [5, 2, 3];
/** The second and third answer end by themselves. */
export const HAS_EOS = [0, 1, 1];
export const ROWS = LENGTHS.length;

export interface Layout {
  /** Q; at least 4, what is more is left padding. */
  queryLength?: number;
  /** R; at least 5, what is more is right padding. */
  slots?: number;
  /** Seed of the ids in padded slots; the pad id where there is none. */
  junk?: number;
  rows?: number[];
}

/** Three prompts with answers of 5, 2 and 3 tokens. The real tokens are the same in every layout. */
export function tinyBatch({ queryLength = 4, slots = 5, junk, rows = [0, 1, 2] }: Layout = {}): ResponseBatch {
  const width = queryLength + slots;
  const answers = integers(ROWS * 5, SHAPE.vocabulary - 2, 7).map((id) => id + 2);
  const ids =
    junk === undefined
      ? new Int32Array(rows.length * width).fill(PAD)
      : integers(rows.length * width, SHAPE.vocabulary, junk);
  const mask = new Float32Array(rows.length * width);
  rows.forEach((row, b) => {
    const start = b * width + queryLength - QUERIES[row].length;
    const answer = Array.from({ length: LENGTHS[row] }, (_, t) =>
      HAS_EOS[row] && t === LENGTHS[row] - 1 ? 0 : answers[row * 5 + t],
    );
    ids.set([...QUERIES[row], ...answer], start);
    mask.fill(1, start, b * width + queryLength + LENGTHS[row]);
  });
  const lengths = rows.map((row) => LENGTHS[row]);
  const tokens = tokenBatch(ids, mask, width, SHAPE.context);
  return {
    tokens,
    responses: tf.slice(tokens.ids, [0, queryLength], [rows.length, slots]),
    mask: tf.tensor2d(responseMask(lengths, slots), [rows.length, slots]),
    lengths: tf.tensor1d(lengths, 'int32'),
    queryLength,
  };
}

/** The prompts alone, left-padded: what generation starts from. */
export function tinyPrompts(queryLength = 4): {
  ids: Int32Array;
  mask: Float32Array;
  lengths: Int32Array;
  queryLength: number;
} {
  const ids = new Int32Array(ROWS * queryLength).fill(PAD);
  const mask = new Float32Array(ROWS * queryLength);
  QUERIES.forEach((query, b) => {
    ids.set(query, (b + 1) * queryLength - query.length);
    mask.fill(1, (b + 1) * queryLength - query.length, (b + 1) * queryLength);
  });
  return { ids, mask, lengths: Int32Array.from(QUERIES, (query) => query.length), queryLength };
}

export const tinyScores = (): { scores: Tensor1D; hasEos: Tensor1D } => ({
  scores: tf.tensor1d([0.7, -1.2, 0.4]),
  hasEos: tf.tensor1d(HAS_EOS, 'int32'),
});

/** The answers' part of a matrix, for layouts with more slots. */
export const firstSlots = (x: Tensor2D): Tensor2D => x.slice([0, 0], [x.shape[0], 5]);
