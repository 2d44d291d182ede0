/**
 * The same GPT-2 in nothing but TensorFlow.js' own operations, written as one would who knows them: flat matrix products,
 * batched attention, library losses with their own gradients. Only the bench uses it, to compare with.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { blockParameters, type Gpt } from '../nn/gpt';

const EPSILON = 1e-5;
/** What a score gets that may not be looked at. */
export const MASKED = -1e9;

/** [N, C] → [N, C] */
export function stockNorm(x: Tensor2D, { gain, bias }: { gain: Tensor1D; bias: Tensor1D }): Tensor2D {
  const { mean, variance } = tf.moments(x, 1, true);
  return x.sub(mean).mul(variance.add(EPSILON).rsqrt()).mul(gain).add(bias) as Tensor2D;
}

/** tanh form of GELU */
function stockGelu(x: Tensor2D): Tensor2D {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1)) as Tensor2D;
}

const linear = (x: Tensor2D, { weight, bias }: { weight: Tensor2D; bias: Tensor1D }) =>
  tf.matMul(x, weight).add(bias) as Tensor2D;

/** 0 where a token may look, far below 0 where it may not, [length, length]; made once, kept by the caller. */
export function causalMask(length: number): Tensor2D {
  const values = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? MASKED : 0,
  );
  return tf.tensor2d(values, [length, length]);
}

/** [B·T, C] → [B, H, T, D] */
export function splitHeads(x: Tensor2D, rows: number, heads: number): Tensor4D {
  const [count, width] = x.shape;
  return x.reshape([rows, count / rows, heads, width / heads]).transpose([0, 2, 1, 3]) as Tensor4D;
}

/** softmax(q·kᵀ/√D + mask)·v, heads joined again. [B, H, T, D] → [B·T, C] */
export function attend(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor | null): Tensor2D {
  const [rows, heads, length, size] = q.shape;
  const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(size));
  const weights = tf.softmax(mask ? scores.add(mask) : scores);
  return tf
    .matMul(weights, v)
    .transpose([0, 2, 1, 3])
    .reshape([rows * length, heads * size]) as Tensor2D;
}

/** Runs the blocks; `attention` maps the three projections of one layer to its output. [N, C] → [N, C] */
export function stockBlocks(
  model: Gpt,
  embedded: Tensor2D,
  attention: (q: Tensor2D, k: Tensor2D, v: Tensor2D, layer: number) => Tensor2D,
): Tensor2D {
  let x = embedded;
  for (let layer = 0; layer < model.shape.layers; layer++) {
    const { norm1, qkv, attentionOut, norm2, expand, contract } = blockParameters(model.parameters, layer);
    const [q, k, v] = tf.split(linear(stockNorm(x, norm1), qkv), 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
    x = x.add(linear(attention(q, k, v, layer), attentionOut));
    x = x.add(linear(stockGelu(linear(stockNorm(x, norm2), expand)), contract));
  }
  return x;
}

/** Final layer norm. [N, C] → [N, C] */
export function stockFinalNorm({ parameters }: Gpt, x: Tensor2D): Tensor2D {
  const gain = parameters['transformer.ln_f.weight'] as Tensor1D;
  const bias = parameters['transformer.ln_f.bias'] as Tensor1D;
  return stockNorm(x, { gain, bias });
}

/** Final layer norm and tied output layer. [N, C] → [N, V] */
export function stockLogits(model: Gpt, x: Tensor2D): Tensor2D {
  return tf.matMul(stockFinalNorm(model, x), model.parameters['transformer.wte.weight'] as Tensor2D, false, true);
}

/**
 * Mean next-token loss, nats.
 * @param inputs  [B·T, V] one-hot: a gather has no gradient on wasm, and none without a scatter elsewhere
 * @param targets [B·T, V] one-hot
 */
export function stockLoss(model: Gpt, inputs: Tensor2D, targets: Tensor2D, rows: number, mask: Tensor2D): tf.Scalar {
  const { shape, parameters } = model;
  const tokens = tf.matMul(inputs, parameters['transformer.wte.weight'] as Tensor2D);
  const positions = parameters['transformer.wpe.weight'] as Tensor2D;
  const x = tokens
    .reshape([rows, -1, shape.width])
    .add(positions.expandDims(0) as Tensor3D)
    .reshape(tokens.shape) as Tensor2D;
  const split = (each: Tensor2D) => splitHeads(each, rows, shape.heads);
  const out = stockBlocks(model, x, (q, k, v) => attend(split(q), split(k), split(v), mask));
  return tf.losses.softmaxCrossEntropy(targets, stockLogits(model, out)) as tf.Scalar;
}
