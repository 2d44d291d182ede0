import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { maskedMean } from '../../src/kernels/maskedMean';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

/** Ragged rows; every fifth is empty. Padding holds NaN. */
function build(rows: number, slots: number, scale = 1, surprise = 0) {
  const lengths = integers(rows, slots, 9).map((n, row) => (row % 5 === 4 ? 0 : n + 1));
  const isReal = (i: number) => i % slots < lengths[Math.floor(i / slots)];
  const x = normals(rows * slots, 1, scale).map((value, i) => (isReal(i) ? value : NaN));
  if (surprise) x[0] = surprise;
  const real = Float32Array.from(x, (_, i) => (isReal(i) ? 1 : 0));
  return () => {
    const [values, mask] = [tf.tensor2d(x, [rows, slots]), tf.tensor2d(real, [rows, slots])];
    const dvalues = tf.grad((v) => maskedMean(v as tf.Tensor2D, mask).mean)(values, tf.scalar(1.7));
    return { ...maskedMean(values, mask), dvalues };
  };
}

describe('maskedMean on WebGPU equals its reference', () => {
  it.each([
    [1, 1],
    [3, 5],
    [65, 7],
    [4099, 13],
  ])('%i rows of %i slots', (rows, slots) => expectSameOnWebGPU(build(rows, slots), LONG_SUM));

  // One rounding at 1e4 is 5e-4.
  it('large values', () => expectSameOnWebGPU(build(9, 13, 1e4), { rtol: 1e-4, atol: 1e-2 }));
  it('NaN', () => expectSameOnWebGPU(build(9, 13, 1, NaN), LONG_SUM));
});
