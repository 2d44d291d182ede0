/** Rewards and advantages in nothing but TensorFlow.js' own operations: a loop over the columns, latest first. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';

export interface StockCredit {
  /** [B, R] */
  logprobs: Tensor2D;
  /** [B, R] */
  referenceLogprobs: Tensor2D;
  /** [B, R] */
  values: Tensor2D;
  /** [B, 1] */
  scores: Tensor2D;
  /** [B, R], 1 where a token is real */
  real: Tensor2D;
  /** [B, R], 1 at the last real token */
  last: Tensor2D;
}

/** KL penalty on every real token, the score on the last one, and GAE. [B, R], padding 0. Call inside `tf.tidy`. */
export function stockAdvantages(
  { logprobs, referenceLogprobs, values, scores, real, last }: StockCredit,
  { klCoef, gamma, lambda }: { klCoef: number; gamma: number; lambda: number },
): Tensor2D {
  const [rows, slots] = real.shape;
  const rewards = logprobs.sub(referenceLogprobs).mul(-klCoef).add(last.mul(scores)).mul(real) as Tensor2D;
  const known = values.mul(real) as Tensor2D;
  const column = (x: Tensor2D, t: number) => x.slice([0, t], [rows, 1]);
  const advantages: Tensor2D[] = [];
  let next: Tensor2D = tf.zeros([rows, 1]);
  let advantage: Tensor2D = tf.zeros([rows, 1]);
  for (let t = slots - 1; t >= 0; t--) {
    const value = column(known, t);
    const delta = column(rewards, t).add(next.mul(gamma)).sub(value);
    advantage = delta.add(advantage.mul(gamma * lambda)) as Tensor2D;
    advantages[t] = advantage;
    next = value;
  }
  return tf.concat(advantages, 1);
}
