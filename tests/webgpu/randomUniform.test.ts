import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { dropout, randomUniform } from '../../src/kernels/randomUniform';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

const EXACT = { rtol: 0, atol: 0 };
/** All bits of every word take part. */
const key = { seed: 0xdeadbeef, stream: 0x9abcdef1, offset: 2 ** 45 + 0xfedcba98 };

describe('randomUniform on WebGPU gives the bits of its reference', () => {
  it.each([[[1]], [[3, 5]], [[257]], [[100_003]]])('shape %j', async (shape) => {
    await expectSameOnWebGPU(
      () => ({ plain: randomUniform(shape, { seed: 1, stream: 0 }), full: randomUniform(shape, key) }),
      {
        plain: EXACT,
        full: EXACT,
      },
    );
  });
});

describe('dropout on WebGPU equals its reference', () => {
  const build = (x: Float32Array, rate: number) => () => {
    const drop = (z: tf.Tensor) => dropout(z, rate, key);
    return { y: drop(tf.tensor1d(x)), dx: tf.grad(drop)(tf.tensor1d(x), tf.tensor1d(normals(x.length, 2))) };
  };

  it.each([1, 63, 65, 259, 100_003])('%i elements', async (size) => {
    await expectSameOnWebGPU(build(normals(size, 1), 0.1));
  });

  it('large values, and NaN where it is kept', async () => {
    await expectSameOnWebGPU(build(normals(64, 1, 1e4).fill(NaN, 10, 30), 0.5));
  });
});
