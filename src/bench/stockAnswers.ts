/** What networks say of answers, and the losses of PPO, in nothing but TensorFlow.js' own operations. */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Gpt, TokenBatch } from '../nn/gpt';
import { disposeResponseBatch, responseBatch, type Item } from '../pipeline/items';
import { attend, causalMask, MASKED, splitHeads, stockBlocks, stockFinalNorm, stockLogits } from './stockGpt';

/** [...] ids → [N, depth] */
export const oneHot = (ids: Tensor, depth: number) => tf.oneHot(ids.flatten(), depth).toFloat() as Tensor2D;
/** Far below 0 at padding, else 0. [B, T] → [B, 1, 1, T] */
export const keyMask = (mask: Tensor2D) =>
  tf.sub(1, mask).mul(MASKED).reshape([mask.shape[0], 1, 1, mask.shape[1]]) as Tensor4D;

/** What a forward pass reads; one-hot rows, because a gather has no gradient on wasm. */
export function forwardInputs({ ids, mask, positions }: TokenBatch, { shape }: Gpt) {
  return {
    rows: ids.shape[0],
    inputs: oneHot(ids, shape.vocabulary),
    places: oneHot(positions, shape.context),
    mask: causalMask(ids.shape[1]).add(keyMask(mask)),
  };
}

/** [B·T, C], before the final norm */
export function stockStates(model: Gpt, { rows, inputs, places, mask }: ReturnType<typeof forwardInputs>): Tensor2D {
  const { shape, parameters } = model;
  const tokens = tf.matMul(inputs, parameters['transformer.wte.weight'] as Tensor2D);
  const embedded = tokens.add(tf.matMul(places, parameters['transformer.wpe.weight'] as Tensor2D)) as Tensor2D;
  const split = (each: Tensor2D) => splitHeads(each, rows, shape.heads);
  return stockBlocks(model, embedded, (q, k, v) => attend(split(q), split(k), split(v), mask));
}

/** Everything on the device about some answers; owned by the caller. */
export function stockBatch(items: readonly Item[], model: Gpt, responseLength: number, widest = items) {
  const host = responseBatch(items, model.shape, responseLength, widest);
  const [, slots] = host.responses.shape;
  const batch = tf.tidy(() => ({
    ...forwardInputs(host.tokens, model),
    targets: oneHot(host.responses, model.shape.vocabulary),
    real: host.mask.clone(),
    last: tf.oneHot(host.lengths.sub(tf.scalar(1, 'int32')), slots).toFloat() as Tensor2D,
  }));
  disposeResponseBatch(host);
  return { ...batch, queryLength: host.queryLength };
}

export type StockBatch = ReturnType<typeof stockBatch>;

/** States of `R` successive tokens of every row. [B·R, C] */
function statesFrom(model: Gpt, batch: StockBatch, first: number): Tensor2D {
  const [rows, slots] = batch.real.shape;
  const { width } = model.shape;
  return stockStates(model, batch)
    .reshape([rows, -1, width])
    .slice([0, first, 0], [rows, slots, width])
    .reshape([rows * slots, width]) as Tensor2D;
}

/** [B, R], padding 0 */
export function logprobsOf(policy: Gpt, batch: StockBatch, temperature: number): Tensor2D {
  const logits = stockLogits(policy, statesFrom(policy, batch, batch.queryLength - 1));
  const all = tf.logSoftmax(temperature === 1 ? logits : logits.div(temperature));
  return all.mul(batch.targets).sum(1).reshape(batch.real.shape).mul(batch.real) as Tensor2D;
}

/** The scalar head at `R` successive tokens. [B, R], padding 0 */
export function scalarsOf(model: Gpt, batch: StockBatch, first: number): Tensor2D {
  const { 'score.weight': weight, 'score.bias': bias } = model.parameters;
  const states = stockFinalNorm(model, statesFrom(model, batch, first));
  return tf
    .matMul(states, weight as Tensor2D, false, true)
    .add(bias)
    .reshape(batch.real.shape)
    .mul(batch.real) as Tensor2D;
}

/** Mean over real tokens, []. */
export const meanOf = (x: Tensor, real: Tensor2D) => x.mul(real).sum().div(real.sum()) as Scalar;

/** mean max(−A·ρ, −A·clip(ρ)) */
export function policyLoss(
  logprobs: Tensor2D,
  old: Tensor2D,
  advantages: Tensor2D,
  real: Tensor2D,
  range: number,
): Scalar {
  const ratio = logprobs.sub(old).exp();
  const against = advantages.neg();
  const clipped = against.mul(ratio.clipByValue(1 - range, 1 + range));
  return meanOf(tf.maximum(against.mul(ratio), clipped), real);
}

/** ½ mean max((V − R)², (V_clip − R)²) */
export function valueLoss(values: Tensor2D, old: Tensor2D, returns: Tensor2D, real: Tensor2D, range: number): Scalar {
  const near = tf.minimum(old.add(range), tf.maximum(old.sub(range), values));
  return meanOf(tf.maximum(values.sub(returns).square(), near.sub(returns).square()), real).mul(0.5);
}
