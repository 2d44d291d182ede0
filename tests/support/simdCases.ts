/** Tensor programs that go through every SIMD kernel, at sizes that are awkward for lanes, tiles, blocks and pieces. */
import * as tf from '@tensorflow/tfjs';
import { adamWStep, finishNorm, sumOfSquares } from '../../src/kernels/adamW';
import { causalAttention } from '../../src/kernels/causalAttention';
import { decodeAttention, writeKvCache } from '../../src/kernels/decodeAttention';
import { embedding } from '../../src/kernels/embedding';
import { gae, type GaeOptions } from '../../src/kernels/gae';
import { gelu } from '../../src/kernels/gelu';
import { klRewards, type KlRewardsOptions } from '../../src/kernels/klRewards';
import { layerNorm } from '../../src/kernels/layerNorm';
import { matMul } from '../../src/kernels/matMul';
import { sampleStep } from '../../src/kernels/sampleTokens';
import { tokenLogprobs } from '../../src/kernels/tokenLogprobs';
import { LONG_SUM, type Tolerance } from './closeness';
import { integers, normals } from './numbers';

export interface SimdCase {
  name: string;
  build: () => Record<string, tf.Tensor>;
  tolerance: Tolerance;
}

const matrix = (rows: number, columns: number, seed = 1, scale = 1) =>
  tf.tensor2d(normals(rows * columns, seed, scale), [rows, columns]);
const vector = (n: number, seed = 1) => tf.tensor1d(normals(n, seed));

function gelus(n: number): SimdCase {
  const values = normals(n, 1, 5);
  values.set([1e4, -1e4, 0].slice(0, n));
  return {
    name: `gelu and its gradient, ${n} values`,
    build: () => ({ y: gelu(tf.tensor1d(values)), dx: tf.grad(gelu)(tf.tensor1d(values), vector(n, 2)) }),
    tolerance: { rtol: 1e-5, atol: 1e-6 },
  };
}

function logprobs(rows: number, vocabulary: number, temperature: number): SimdCase {
  const values = normals(rows * vocabulary, 1, 4);
  values[1] = 300; // far above the rest: everything else has no share
  return {
    name: `log-probabilities, ${rows} rows of ${vocabulary} at temperature ${temperature}`,
    build: () => {
      const logits = tf.tensor2d(values, [rows, vocabulary]);
      const tokens = tf.tensor1d(integers(rows, vocabulary), 'int32');
      const scalar = (x: tf.Tensor) => {
        const { logprobs, entropy } = tokenLogprobs(x as tf.Tensor2D, tokens, temperature);
        return tf.add(logprobs.mul(vector(rows, 3)), entropy.mul(vector(rows, 4))).sum();
      };
      return { ...tokenLogprobs(logits, tokens, temperature), dlogits: tf.grad(scalar)(logits) };
    },
    tolerance: { rtol: 1e-4, atol: 1e-5 }, // a sum over 1024 shares, exponentials good to 1e-7
  };
}

/** Rows begin with padding, and now and then a key in between is hidden. */
function attention(batch: number, length: number, width: number, heads: number): SimdCase {
  const mask = Float32Array.from({ length: batch * length }, (_, i) =>
    i % length < Math.floor(i / length) || i % 7 === 6 ? 0 : 1,
  );
  return {
    name: `attention with padding, [${batch}, ${length}] of ${width} channels in ${heads} heads`,
    build: () => {
      const qkv = matrix(batch * length, 3 * width).reshape([batch, length, 3 * width]) as tf.Tensor3D;
      const keys = tf.tensor2d(mask, [batch, length]);
      const dout = matrix(batch * length, width, 2).reshape([batch, length, width]);
      return {
        out: causalAttention(qkv, keys, heads),
        dqkv: tf.grad((x: tf.Tensor) => causalAttention(x as tf.Tensor3D, keys, heads))(qkv, dout),
      };
    },
    tolerance: LONG_SUM,
  };
}

function norms(rows: number, channels: number): SimdCase {
  return {
    name: `layer norm and its gradients, ${rows} rows of ${channels}`,
    build: () => {
      const inputs = [matrix(rows, channels, 1, 3), vector(channels, 2), vector(channels, 3)];
      const norm = (x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) =>
        layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, bias as tf.Tensor1D);
      const [dx, dgain, dbias] = tf.grads(norm)(inputs, matrix(rows, channels, 4));
      return { y: norm(inputs[0], inputs[1], inputs[2]), dx, dgain, dbias };
    },
    tolerance: LONG_SUM,
  };
}

/** All four orientations, with bias and residual; the gradient of the bias is a sum over columns. */
function products(m: number, k: number, n: number): SimdCase {
  return {
    name: `matrix products [${m}, ${k}] · [${k}, ${n}]`,
    build: () => {
      const results: Record<string, tf.Tensor> = {};
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = transposeA ? matrix(k, m) : matrix(m, k);
          const b = transposeB ? matrix(n, k, 2) : matrix(k, n, 2);
          const key = `${transposeA ? 'Aᵀ' : 'A'}·${transposeB ? 'Bᵀ' : 'B'}`;
          results[key] = matMul(a, b, { transposeA, transposeB });
          results[`${key} + bias + residual`] = matMul(a, b, {
            transposeA,
            transposeB,
            bias: vector(n, 3),
            residual: matrix(m, n, 4),
          });
        }
      }
      const withBias = (bias: tf.Tensor) => matMul(matrix(m, k), matrix(k, n, 2), { bias: bias as tf.Tensor1D });
      results.dbias = tf.grad(withBias)(vector(n, 3), matrix(m, n, 5));
      return results;
    },
    tolerance: { rtol: 1e-4, atol: 1e-5 * Math.sqrt(k) }, // sums of k products of size 1
  };
}

function batchedProduct(): SimdCase {
  return {
    name: 'a batch of three products',
    build: () => ({
      c: matMul(matrix(15, 6).reshape([3, 5, 6]), matrix(18, 9, 2).reshape([3, 6, 9]), {
        residual: matrix(15, 9, 3).reshape([3, 5, 9]),
      }),
    }),
    tolerance: LONG_SUM,
  };
}

function embeddings(count: number, rows: number, channels: number): SimdCase {
  return {
    name: `gradient of an embedding, ${count} ids into ${rows} rows of ${channels}`,
    build: () => {
      const ids = tf.tensor1d(integers(count, rows, 3), 'int32');
      const look = (table: tf.Tensor) => embedding(table as tf.Tensor2D, ids);
      return { dtable: tf.grad(look)(matrix(rows, channels), matrix(count, channels, 2)) };
    },
    tolerance: LONG_SUM,
  };
}

function decoding(batch: number, slots: number, width: number, heads: number): SimdCase {
  return {
    name: `decoding, ${batch} rows, ${slots} slots, ${width} channels in ${heads} heads`,
    build: () => {
      // What a hidden slot holds must not count.
      const cache = tf.fill([batch, slots, 2 * width], NaN) as tf.Tensor3D;
      const prompt = Math.max(1, slots - 3);
      writeKvCache(matrix(batch * prompt, 3 * width).reshape([batch, prompt, 3 * width]) as tf.Tensor3D, cache, 0);
      const seen = Float32Array.from({ length: batch * slots }, (_, i) => (i % 3 === 1 || i % slots > prompt ? 0 : 1));
      const mask = tf.tensor2d(seen, [batch, slots]);
      const out = decodeAttention(matrix(batch, 3 * width, 2), cache, mask, slots - 1, heads);
      return { out, cache };
    },
    tolerance: LONG_SUM,
  };
}

function sampling(rows: number, vocabulary: number, temperature: number): SimdCase {
  return {
    name: `sampling ${rows} rows of ${vocabulary} at temperature ${temperature}`,
    build: () => {
      const state = {
        tokens: tf.fill([rows, 3], -1, 'int32') as tf.Tensor2D,
        done: tf.tensor1d(Float32Array.from({ length: rows }, (_, row) => (row % 5 === 4 ? 1 : 0))),
        mask: tf.fill([rows, 7], 9) as tf.Tensor2D,
      };
      // Away from multiples of simple fractions, so that rounding cannot move a draw to the neighbour.
      const uniforms = tf.tensor2d(
        Float32Array.from({ length: 2 * rows }, (_, i) => (i * 0.6180339887) % 1),
        [2, rows],
      );
      const logits = matrix(rows, vocabulary, 7, 3);
      const options = { temperature, eos: 3, pad: 1, slot: 5 };
      return { next: sampleStep(logits, uniforms, 1, state, options), ...state };
    },
    tolerance: { rtol: 0, atol: 0 },
  };
}

function optimising(count: number, form: 'torch' | 'tensorflow', maxGradNorm: number): SimdCase {
  return {
    name: `AdamW in the form of ${form} on ${count} values, gradients clipped at ${maxGradNorm}`,
    build: () => {
      // Products, because the steps write in place and a tensor may share the array it was made from.
      const [param, grad, m] = [1, 2, 3].map((seed) => vector(count, seed).mul(1));
      const v = vector(count, 4).square();
      const slots = tf.zeros([3]).add(0.5) as tf.Tensor1D;
      const state = tf.zeros([4]).mul(1) as tf.Tensor1D;
      sumOfSquares(grad, slots, 1);
      finishNorm(slots, state);
      const options = { learningRate: 0.1, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1, maxGradNorm, form };
      for (const step of [1, 2]) adamWStep(param, grad, m, v, state, { ...options, step });
      // Once the flag is up nothing moves.
      finishNorm(slots, state, tf.scalar(NaN));
      adamWStep(param, grad, m, v, state, { ...options, step: 3 });
      return { param, m, v, slots, state };
    },
    tolerance: LONG_SUM,
  };
}

/** Answers of all lengths from one token to a full row; what lies behind their ends is NaN. */
function credit(
  rows: number,
  slots: number,
  rule: Partial<KlRewardsOptions>,
  valueMask: GaeOptions['valueMask'],
): SimdCase {
  const lengths = Int32Array.from({ length: rows }, (_, row) => 1 + ((row * 5 + slots - 1) % slots));
  const spoiled = (seed: number) =>
    normals(rows * slots, seed).map((x, i) => (i % slots > lengths[Math.floor(i / slots)] ? NaN : x));
  const options = {
    klCoef: 0.3,
    estimator: 'k1',
    scorePosition: 'last_token',
    scoreClip: null,
    missingEosPenalty: null,
    missingEosScore: null,
    ...rule,
  } as const;
  return {
    name: `rewards and advantages, ${rows} answers of up to ${slots}, ${JSON.stringify(rule)}, ${valueMask}`,
    build: () => {
      const size: [number, number] = [rows, slots];
      const count = tf.tensor1d(lengths, 'int32');
      const all = klRewards(
        {
          logprobs: tf.tensor2d(spoiled(1), size),
          referenceLogprobs: tf.tensor2d(spoiled(2), size),
          scores: vector(rows, 3),
          lengths: count,
          hasEos: tf.tensor1d(integers(rows, 2, 4), 'int32'),
        },
        options,
      );
      const values = tf.tensor2d(spoiled(5), size);
      return {
        ...all,
        ...gae({ rewards: all.rewards, values, lengths: count }, { gamma: 0.99, lambda: 0.9, valueMask }),
      };
    },
    tolerance: { rtol: 1e-5, atol: 1e-6 },
  };
}

export const SIMD_CASES: SimdCase[] = [
  credit(1, 4, {}, 'length'),
  credit(7, 8, { scoreClip: 0.5, missingEosPenalty: 2 }, 'length'),
  credit(9, 12, { scorePosition: 'next_slot', missingEosScore: -3 }, 'length_plus_one'),
  credit(1200, 64, { missingEosPenalty: 1 }, 'length'),
  optimising(4, 'torch', 0),
  optimising(1000, 'tensorflow', 1),
  optimising(40_000, 'torch', 1),
  ...[4, 100, 4096, 40_000].map(gelus),
  ...(
    [
      [1, 4, 1],
      [5, 40, 0.7],
      [33, 1024, 1],
      [300, 256, 1],
    ] as const
  ).map(([n, v, t]) => logprobs(n, v, t)),
  ...(
    [
      [1, 1, 4, 1],
      [2, 9, 16, 2],
      [3, 33, 64, 4],
      [2, 70, 24, 2],
      [16, 24, 64, 4],
    ] as const
  ).map(([b, t, c, h]) => attention(b, t, c, h)),
  ...(
    [
      [1, 4],
      [3, 20],
      [65, 64],
      [700, 132],
    ] as const
  ).map(([n, c]) => norms(n, c)),
  ...(
    [
      [1, 1, 1],
      [5, 3, 9],
      [37, 21, 13],
      [4, 8, 8],
      [300, 65, 130],
      [70, 1030, 40],
      [18, 600, 1],
      [1800, 8, 132],
    ] as const
  ).map(([m, k, n]) => products(m, k, n)),
  batchedProduct(),
  ...(
    [
      [1, 3, 4],
      [50, 7, 20],
      [1900, 64, 132],
    ] as const
  ).map(([n, v, c]) => embeddings(n, v, c)),
  ...(
    [
      [1, 2, 4, 1],
      [3, 6, 24, 2],
      [64, 40, 64, 4],
    ] as const
  ).map(([b, s, c, h]) => decoding(b, s, c, h)),
  ...(
    [
      [1, 4, 1],
      [7, 36, 0.5],
      [64, 1024, 1],
      [5, 8, 0],
    ] as const
  ).map(([n, v, t]) => sampling(n, v, t)),
];
