import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { causalAttention } from '../../src/kernels/causalAttention';
import { startEngine } from '../../src/kernels/device';
import { ADAPTERS, restoreAdapter, takenFor } from '../support/adapters';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => {
  await startEngine('webgpu');
  restoreAdapter();
});

/** Rows padded on the left by their number, every other one on the right as well. */
function paddedMask(batch: number, length: number): Float32Array {
  return Float32Array.from({ length: batch * length }, (_, i) => {
    const [b, t] = [Math.floor(i / length), i % length];
    return t >= b % length && !(b % 2 === 1 && t > length * 0.8) ? 1 : 0;
  });
}

function build(
  batch: number,
  length: number,
  heads: number,
  size: number,
  mask: Float32Array,
  qkvValues?: Float32Array,
) {
  const width = heads * size;
  const values = qkvValues ?? normals(batch * length * 3 * width, 1);
  return () => {
    const qkv = tf.tensor3d(values, [batch, length, 3 * width]);
    const keys = tf.tensor2d(mask, [batch, length]);
    const attend = (x: tf.Tensor) => causalAttention(x as tf.Tensor3D, keys, heads);
    const dout = tf.tensor3d(normals(batch * length * width, 2), [batch, length, width]);
    return { out: attend(qkv), dqkv: tf.grad(attend)(qkv, dout) };
  };
}

const sums = { out: LONG_SUM, dqkv: LONG_SUM };

describe.each(ADAPTERS.slice(0, 2))('causalAttention on WebGPU, %s, equals its reference', (_, traits) => {
  const expectSame: typeof expectSameOnWebGPU = (once, tolerance) =>
    expectSameOnWebGPU(takenFor(traits, once), tolerance);

  it.each([
    [1, 1, 1, 4],
    [1, 3, 1, 8],
    [3, 9, 2, 4],
    [2, 65, 3, 12],
    [4, 130, 4, 16],
    [2, 33, 1, 64],
    [32, 64, 2, 8],
    [2, 9, 4, 6],
    [2, 5, 3, 1],
  ])('batch %i, length %i, %i heads of %i', async (batch, length, heads, size) => {
    await expectSame(build(batch, length, heads, size, paddedMask(batch, length)), sums);
  });

  it('no padding, and a row of nothing but padding', async () => {
    await expectSame(build(2, 7, 2, 4, new Float32Array(14).fill(1)), sums);
    await expectSame(build(2, 7, 2, 4, new Float32Array(14).fill(1, 7)), sums);
  });

  it('scores of 1e8 leave one key, without overflow', async () => {
    const qkv = normals(6 * 12, 1, 1e4);
    await expectSame(() => ({
      out: causalAttention(tf.tensor3d(qkv, [1, 6, 12]), tf.ones([1, 6]), 1),
    }));
  });

  it('the gradient at scores of a thousand', async () => {
    // exp(score − logSumExp) of float32 numbers near 1e3 keeps about 4 digits; there are values of 1e3 to mix.
    const tolerance = { rtol: 1e-3, atol: 0.1 };
    const qkv = normals(6 * 12, 1, 30);
    await expectSame(build(1, 6, 1, 4, new Float32Array(6).fill(1), qkv), { out: LONG_SUM, dqkv: tolerance });
  });

  it('NaN reaches the queries that see it, no masked one', async () => {
    const values = normals(2 * 5 * 24, 1);
    values[2 * 24 + 9] = NaN; // a key of row 0
    values[(5 + 4) * 24 + 9] = NaN; // a key of row 1 under the mask
    await expectSame(build(2, 5, 2, 4, Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 0), values), sums);
  });
});
