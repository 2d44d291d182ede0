/**
 * From hidden states to numbers per answer token. The off-by-one of the field lives here and nowhere else: slot t of the
 * answer is predicted by, and its value is read at, sequence index Q − 1 + t.
 *
 * Letters: B rows, Q prompt slots, R answer slots, T = Q + R, V vocabulary, C channels.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { embedding } from '../kernels/embedding';
import type { StepNumber } from '../kernels/stepValue';
import { tokenLogprobs } from '../kernels/tokenLogprobs';
import {
  hiddenStates,
  languageModelHead,
  part,
  scalarHead,
  type ForwardOptions,
  type Gpt,
  type TokenBatch,
} from '../nn/gpt';

/** Prompts left-padded to Q, answers right-padded to R. */
export type ResponseBatch = {
  /** ids [B, Q+R] and their mask */
  tokens: TokenBatch;
  /** [B, R] int32, the answer part of the ids */
  responses: Tensor2D;
  /** [B, R] float32, 1 up to and including the end token */
  mask: Tensor2D;
  /** [B] int32, real answer tokens, the end token counted */
  lengths: Tensor1D;
  queryLength: number;
};

/** Hidden states that predict the answer tokens: indices Q−1 … Q+R−2. [B·T, C] → [B·R, C] */
export function responseStates(hidden: Tensor2D, batch: ResponseBatch): Tensor2D {
  const [rows, slots] = batch.responses.shape;
  const [, channels] = hidden.shape;
  const perRow = hidden.reshape([rows, batch.queryLength + slots, channels]);
  return perRow
    .slice([0, batch.queryLength - 1, 0], [rows, slots, channels])
    .reshape([rows * slots, channels]) as Tensor2D;
}

export interface ResponseLogprobs {
  /** [B, R] log π(token); padded slots carry no meaning */
  logprobs: Tensor2D;
  /** [B, R] entropy of the next-token distribution, nats */
  entropy: Tensor2D;
  /** [B, R] 1 where the token was the most likely one */
  correct: Tensor2D;
}

/**
 * Log-probabilities of the answer tokens under a policy, at the sampling temperature: logits are divided by it in
 * rollout, reference and training alike, else ratio and KL are those of another policy.
 * @source lm-human-preferences policy.py:119-121
 */
export function responseLogprobs(
  policy: Gpt,
  batch: ResponseBatch,
  temperature: StepNumber = 1,
  options: ForwardOptions = {},
): ResponseLogprobs {
  const [rows, slots] = batch.responses.shape;
  const shaped = (tensor: Tensor1D) => tensor.reshape([rows, slots]) as Tensor2D;
  return part(() => {
    const states = responseStates(hiddenStates(policy, batch.tokens, options), batch);
    const tokens = batch.responses.reshape([rows * slots]) as Tensor1D;
    const logits = languageModelHead(policy, states);
    options.observe?.('logits', logits);
    const { logprobs, entropy, correct } = tokenLogprobs(logits, tokens, temperature);
    return { logprobs: shaped(logprobs), entropy: shaped(entropy), correct: shaped(correct) };
  });
}

/** Values at the answer tokens, read before each token is known. [B, R], in reward units */
export function responseValues(valueModel: Gpt, batch: ResponseBatch, options: ForwardOptions = {}): Tensor2D {
  const [rows, slots] = batch.responses.shape;
  return part(() => {
    const states = responseStates(hiddenStates(valueModel, batch.tokens, options), batch);
    return scalarHead(valueModel, states).reshape([rows, slots]) as Tensor2D;
  });
}

/**
 * Scores of whole answers: the scalar head at the last real token. [B]
 * @source Ouyang et al. 2022, section 3.5
 */
export function responseScores(rewardModel: Gpt, batch: ResponseBatch, options: ForwardOptions = {}): Tensor1D {
  const [rows, length] = batch.tokens.ids.shape;
  return part(() => {
    const hidden = hiddenStates(rewardModel, batch.tokens, options);
    const starts = tf.range(0, rows * length, length, 'int32');
    const last = starts.add(batch.lengths).add(tf.scalar(batch.queryLength - 1, 'int32')) as Tensor1D;
    return scalarHead(rewardModel, embedding(hidden, last));
  });
}
