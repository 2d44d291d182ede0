import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { gelu } from '../../src/kernels/gelu';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

const build = (x: Float32Array) => () => {
  const input = tf.tensor1d(x);
  return { y: gelu(input), dx: tf.grad(gelu)(input, tf.tensor1d(normals(x.length, 2))) };
};

describe('gelu on WebGPU equals its reference', () => {
  it.each([1, 63, 65, 100003])('%i elements', async (size) => {
    await expectSameOnWebGPU(build(normals(size, 1, 2)));
  });

  it('large values do not overflow', async () => {
    await expectSameOnWebGPU(build(Float32Array.of(1e4, -1e4, 1e30, -1e30, 9.9, -9.9, 12, -12, 0, -0)));
  });

  it('NaN stays where it is', async () => {
    await expectSameOnWebGPU(build(Float32Array.of(1, NaN, -2)));
  });

  it('any shape', async () => {
    await expectSameOnWebGPU(() => ({ y: gelu(tf.tensor3d(normals(30), [2, 3, 5])) }));
  });
});
