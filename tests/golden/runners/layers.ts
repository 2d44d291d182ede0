/** Ops of the network: linear layer, layer norm, GELU, embedding, attention. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { causalAttention } from '../../../src/kernels/causalAttention';
import { embedding } from '../../../src/kernels/embedding';
import { gelu } from '../../../src/kernels/gelu';
import { layerNorm, layerNormWithStats } from '../../../src/kernels/layerNorm';
import { matMul } from '../../../src/kernels/matMul';
import { input, numberAttr, type GoldenCase } from '../cases';
import { matrixShape, tensor, tensorRunner, type Runner } from './runner';

function conv1d(golden: GoldenCase) {
  const x = tensor<Tensor2D>(golden, 'x', matrixShape(golden, 'x'));
  const weight = tensor<Tensor2D>(golden, 'weight');
  const bias = tensor<Tensor1D>(golden, 'bias');
  const dy = tensor<Tensor2D>(golden, 'dy', matrixShape(golden, 'dy'));
  const linear = (a: Tensor, b: Tensor, c: Tensor) => matMul(a, b, { bias: c as Tensor1D });
  const [dx, dweight, dbias] = tf.grads(linear)([x, weight, bias], dy);
  return { y: linear(x, weight, bias), dx, dweight, dbias };
}

function layerNormalisation(golden: GoldenCase) {
  const epsilon = numberAttr(golden, 'eps');
  const x = tensor<Tensor2D>(golden, 'x', matrixShape(golden, 'x'));
  const gamma = tensor<Tensor1D>(golden, 'gamma');
  const beta = tensor<Tensor1D>(golden, 'beta');
  const dy = tensor<Tensor2D>(golden, 'dy', matrixShape(golden, 'dy'));
  const { y, stats } = layerNormWithStats(x, gamma, beta, epsilon);
  const [mean, rstd] = tf.split(stats, 2, 1);
  const norm = (a: Tensor, b: Tensor, c: Tensor) => layerNorm(a as Tensor2D, b as Tensor1D, c as Tensor1D, epsilon);
  const [dx, dgamma, dbeta] = tf.grads(norm)([x, gamma, beta], dy);
  return { y, mean, rstd, dx, dgamma, dbeta };
}

function geluNew(golden: GoldenCase) {
  const x = tensor(golden, 'x');
  return { y: gelu(x), dx: tf.grad(gelu)(x, tensor(golden, 'dy')) };
}

function embeddingLookup(golden: GoldenCase) {
  const table = tensor<Tensor2D>(golden, 'table');
  const ids = tensor<Tensor1D>(golden, 'ids', [input(golden, 'ids').data.length]);
  const lookup = (rows: Tensor) => embedding(rows as Tensor2D, ids);
  return { y: lookup(table), d_table: tf.grad(lookup)(table, tensor(golden, 'dy', matrixShape(golden, 'dy'))) };
}

/** [B, H, T, D] → [B, T, H·D] */
function joinHeads(x: Tensor4D): Tensor3D {
  const [rows, heads, length, depth] = x.shape;
  return x.transpose([0, 2, 1, 3]).reshape([rows, length, heads * depth]);
}

/** [B, T, H·D] → [B, H, T, D] */
function splitHeads(x: Tensor, heads: number): Tensor4D {
  const [rows, length, channels] = x.shape;
  return x.reshape([rows, length, heads, channels / heads]).transpose([0, 2, 1, 3]) as Tensor4D;
}

/**
 * Attention probabilities, which the kernel never writes out: with unit vectors as values the output of query t is its
 * row of probabilities, as many keys at a time as a head has channels.
 */
function attentionProbabilities(
  q: Tensor4D,
  k: Tensor4D,
  attend: (q: Tensor4D, k: Tensor4D, v: Tensor4D) => Tensor4D,
): Tensor {
  const [rows, heads, length, depth] = q.shape;
  const columns: Tensor4D[] = [];
  for (let first = 0; first < length; first += depth) {
    const units = tf.oneHot(tf.range(-first, length - first, 1, 'int32') as Tensor1D, depth).cast('float32');
    const values = units.reshape([1, 1, length, depth]).tile([rows, heads, 1, 1]) as Tensor4D;
    columns.push(attend(q, k, values));
  }
  return tf.concat(columns, 3).slice([0, 0, 0, 0], [rows, heads, length, length]);
}

function attention(golden: GoldenCase) {
  const [q, k, v] = ['q', 'k', 'v'].map((name) => tensor<Tensor4D>(golden, name));
  const heads = q.shape[1];
  const scale = 1 / Math.sqrt(q.shape[3]);
  if (
    golden.attrs.causal !== true ||
    Math.abs(numberAttr(golden, 'scale') - scale) > 1e-9 ||
    golden.attrs.row_without_keys !== 'zero'
  ) {
    throw new Error('only causal attention with scale 1/√D and zero rows where no key is visible exists here.');
  }
  const mask = tensor<Tensor2D>(golden, 'key_mask', undefined, 'float32');
  const run = (qkv: Tensor) => causalAttention(qkv as Tensor3D, mask, heads);
  const pack = (...parts: Tensor4D[]) => tf.concat(parts.map(joinHeads), 2);
  const attend = (...parts: Tensor4D[]) => splitHeads(run(pack(...parts)), heads);
  const joint = tf.grad(run)(pack(q, k, v), joinHeads(tensor<Tensor4D>(golden, 'd_out')));
  const [dq, dk, dv] = tf.split(joint, 3, 2).map((part) => splitHeads(part, heads));
  return { out: attend(q, k, v), probs: attentionProbabilities(q, k, attend), dq, dk, dv };
}

export const layerRunners: Record<string, Runner> = {
  conv1d: tensorRunner(conv1d),
  layer_norm: tensorRunner(layerNormalisation),
  gelu_new: tensorRunner(geluNew),
  embedding: tensorRunner(embeddingLookup),
  attention: tensorRunner(attention),
};
