/**
 * Next-token losses.
 *   loss = −Σ mask·log p(token) / Σ mask        (nats per counted token)
 * Pretraining counts every token; supervised fine-tuning counts answer and end tokens only.
 * @source Ouyang et al. 2022, sections 3.5 and 4 (eq. 2, the pretraining term)
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { maskedMean } from '../kernels/maskedMean';
import { tokenLogprobs } from '../kernels/tokenLogprobs';
import { hiddenStates, languageModelHead, part, type ForwardOptions, type Gpt, type TokenBatch } from '../nn/gpt';
import { responseLogprobs, type ResponseBatch } from './responses';

/**
 * Loss on whole rows: token t predicts `targets[t]`.
 * @param targets [B·T] int32
 * @param counted [B·T] float32, 1 where the prediction counts
 */
export function nextTokenLoss(
  model: Gpt,
  batch: TokenBatch,
  targets: Tensor1D,
  counted: Tensor1D,
  options: ForwardOptions = {},
): Scalar {
  return meanNegativeLogprob(nextTokenLogprobs(model, batch, targets, options).expandDims(0), counted.expandDims(0));
}

/** Log-probability of `targets[t]` after token t, [B·T]. */
export function nextTokenLogprobs(
  model: Gpt,
  batch: TokenBatch,
  targets: Tensor1D,
  options: ForwardOptions = {},
): Tensor1D {
  return part(() => {
    const logits = languageModelHead(model, hiddenStates(model, batch, options));
    options.observe?.('logits', logits);
    return tokenLogprobs(logits, targets).logprobs;
  });
}

/** The loss itself: −Σ mask·log p / Σ mask, both [B, T]. */
export function meanNegativeLogprob(logprobs: Tensor2D, mask: Tensor2D): Scalar {
  return maskedMean(logprobs, mask).mean.neg();
}

export type SftLoss = {
  loss: Scalar;
  /** [2]: mean token accuracy and mean entropy over counted tokens; kept, the caller disposes it */
  metrics: Tensor1D;
};

/** Loss on answers only; the prompt is read, not learned. */
export function sftLoss(model: Gpt, batch: ResponseBatch, options: ForwardOptions = {}): SftLoss {
  const { logprobs, entropy, correct } = responseLogprobs(model, batch, 1, options);
  const loss = meanNegativeLogprob(logprobs, batch.mask);
  const means = [correct, entropy].map((values) => maskedMean(values, batch.mask).mean);
  return { loss, metrics: tf.keep(tf.stack(means) as Tensor1D) };
}
