import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { emaUpdate } from '../../src/kernels/ema';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

function build(n: number, scale = 1, surprise = 0) {
  return () => {
    const average = tf.tensor1d(normals(n, 1, scale));
    const values = normals(n, 2, scale);
    if (surprise) values[n >> 1] = surprise;
    const value = tf.tensor1d(values);
    emaUpdate(average, value, 0.992);
    emaUpdate(average, value, 0.5);
    return { average };
  };
}

describe('ema on WebGPU equals its reference', () => {
  it.each([1, 7, 65, 8191])('%i elements', (n) => expectSameOnWebGPU(build(n)));
  // One rounding of a value near 1e4 is 5e-4, and the terms nearly cancel here and there.
  it('large values', () => expectSameOnWebGPU(build(65, 1e4), { rtol: 1e-5, atol: 2e-3 }));
  it('NaN stays where it is', () => expectSameOnWebGPU(build(65, 1, NaN)));
});
