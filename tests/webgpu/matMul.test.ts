import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { matMul } from '../../src/kernels/matMul';
import { ADAPTERS, restoreAdapter, takenFor } from '../support/adapters';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => {
  await startEngine('webgpu');
  restoreAdapter();
});

function build(batch: number[], m: number, k: number, n: number, transposeA: boolean, transposeB: boolean) {
  const count = batch.reduce((product, size) => product * size, 1);
  return () => {
    const a = tf.tensor(normals(count * m * k, 1), [...batch, ...(transposeA ? [k, m] : [m, k])]);
    const b = tf.tensor(normals(count * k * n, 2), [...batch, ...(transposeB ? [n, k] : [k, n])]);
    const bias = tf.tensor1d(normals(n, 3));
    const residual = tf.tensor(normals(count * m * n, 4), [...batch, m, n]);
    const dy = tf.tensor(normals(count * m * n, 5), [...batch, m, n]);
    const f = (p: tf.Tensor, q: tf.Tensor, r: tf.Tensor, s: tf.Tensor) =>
      matMul(p, q, { transposeA, transposeB, bias: r as tf.Tensor1D, residual: s });
    const [da, db, dbias, dresidual] = tf.grads(f as (...args: tf.Tensor[]) => tf.Tensor)([a, b, bias, residual], dy);
    return { c: f(a, b, bias, residual), plain: matMul(a, b, { transposeA, transposeB }), da, db, dbias, dresidual };
  };
}

describe.each(ADAPTERS)('matMul on WebGPU, %s, equals its reference', (_, traits) => {
  it.each([
    [[], 1, 1, 1, false, false],
    [[], 5, 7, 9, false, true],
    [[], 33, 49, 51, true, false],
    [[], 33, 17, 35, true, true],
    [[], 130, 64, 65, false, false],
    [[], 40, 3, 35, false, false],
    [[3], 9, 8, 17, false, true],
    [[2], 4, 16, 8, true, false],
    // Multiples of four with more than 16 rows: read and stored in quads where subgroups have four lanes.
    [[], 70, 12, 100, false, false],
    [[2], 36, 20, 40, false, true],
    [[], 36, 132, 44, true, false],
  ] as [number[], number, number, number, boolean, boolean][])(
    'batch [%s], %i x %i x %i, transposes %s %s',
    async (batch, m, k, n, transposeA, transposeB) => {
      await expectSameOnWebGPU(takenFor(traits, build(batch, m, k, n, transposeA, transposeB)), LONG_SUM);
    },
  );
});
