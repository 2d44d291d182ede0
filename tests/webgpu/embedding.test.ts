import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { startEngine } from '../../src/kernels/device';
import { embedding } from '../../src/kernels/embedding';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

function build(rows: number, channels: number, ids: Int32Array, values = normals(rows * channels, 1)) {
  return () => {
    const table = tf.tensor2d(values, [rows, channels]);
    const dy = tf.tensor2d(normals(ids.length * channels, 2), [ids.length, channels]);
    const take = (t: tf.Tensor) => embedding(t as tf.Tensor2D, tf.tensor1d(ids, 'int32'));
    return { y: take(table), dtable: tf.grad(take)(table, dy) };
  };
}

describe.each([
  ['wide blocks', true],
  ['narrow blocks', false],
])('embedding on WebGPU, %s, equals its reference', (_, isSoftware) => {
  it.each([
    [1, 1, 1],
    [7, 5, 65],
    [11, 24, 10],
    [65, 70, 33],
    [1024, 64, 2048],
    [5000, 16, 300],
  ])('%i rows of %i channels, %i ids', async (rows, channels, count) => {
    const once = build(rows, channels, integers(count, rows, 3));
    await expectSameOnWebGPU(
      () => {
        adapterTraits.isSoftware = isSoftware;
        return once();
      },
      { dtable: LONG_SUM },
    );
  });
});

describe('embedding on WebGPU', () => {
  it('NaN and large values stay in their row', async () => {
    await expectSameOnWebGPU(build(3, 2, Int32Array.of(2, 0, 2), Float32Array.of(1e4, -1e4, 5, 6, NaN, 1)));
  });
});
