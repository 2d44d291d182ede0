import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { layerNormWithStats, layerNorm } from '../../src/kernels/layerNorm';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

function build(rows: number, channels: number, x: Float32Array) {
  return () => {
    const input = tf.tensor2d(x, [rows, channels]);
    const gain = tf.tensor1d(normals(channels, 2));
    const bias = tf.tensor1d(normals(channels, 3));
    const dy = tf.tensor2d(normals(rows * channels, 4), [rows, channels]);
    const { y, stats } = layerNormWithStats(input, gain, bias);
    const [dx, dgain, dbias] = tf.grads((a, b, c) => layerNorm(a as tf.Tensor2D, b as tf.Tensor1D, c as tf.Tensor1D))(
      [input, gain, bias],
      dy,
    );
    return { y, stats, dx, dgain, dbias };
  };
}

describe('layerNorm on WebGPU equals its reference', () => {
  it.each([
    [1, 1],
    [3, 5],
    [65, 33],
    [4099, 64],
  ])('%i rows of %i channels', async (rows, channels) => {
    const sums = { dgain: LONG_SUM, dbias: LONG_SUM, y: LONG_SUM, dx: LONG_SUM };
    // One channel has no variance: rstd is 1/√ε and amplifies rounding.
    await expectSameOnWebGPU(build(rows, channels, normals(rows * channels, 1)), sums);
  });

  it('large values and a large common mean', async () => {
    const x = normals(8 * 64, 1, 100).map((value) => value + 1e4);
    await expectSameOnWebGPU(build(8, 64, x), { rtol: 1e-3, atol: 1e-3 }); // 1e4 leaves about 4 digits of the spread
  });

  it('NaN stays in its row', async () => {
    const x = normals(3 * 8, 1);
    x[9] = NaN;
    await expectSameOnWebGPU(() => ({ y: layerNorm(tf.tensor2d(x, [3, 8]), tf.ones([8]), tf.zeros([8])) }));
  });
});
