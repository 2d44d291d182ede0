/** Products that are cut by rows into several dispatches give the same bits as in one. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { countDuring } from '../../src/kernels/counters';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { feedForward } from '../../src/kernels/feedForward';
import { matMul } from '../../src/kernels/matMul';
import { longestProduct } from '../../src/kernels/matMulProgram';
import { normMatMul } from '../../src/kernels/normMatMul';
import { ADAPTERS, restoreAdapter, takenFor } from '../support/adapters';
import { normals } from '../support/numbers';

const { flops } = longestProduct;

beforeAll(async () => {
  await startEngine('webgpu');
  restoreAdapter();
});
afterEach(() => void (longestProduct.flops = flops));

/** Every kind of product of a block, with rows that end inside a tile: plain, batched, with a norm, with GELU, their gradients. */
function products(): tf.Tensor[] {
  const [n, c, f] = [131, 36, 72];
  const x = tf.tensor2d(normals(n * c, 1), [n, c]);
  const norm = { gain: tf.tensor1d(normals(c, 2)), bias: tf.tensor1d(normals(c, 3)) };
  const first = { weight: tf.tensor2d(normals(c * f, 4), [c, f]), bias: tf.tensor1d(normals(f, 5)) };
  const second = { weight: tf.tensor2d(normals(f * c, 6), [f, c]), bias: tf.tensor1d(normals(c, 7)) };
  const half = (y: tf.Tensor, w1: tf.Tensor, b1: tf.Tensor, w2: tf.Tensor, b2: tf.Tensor) => {
    const one = { weight: w1 as tf.Tensor2D, bias: b1 as tf.Tensor1D };
    return feedForward(y as tf.Tensor2D, norm, one, { weight: w2 as tf.Tensor2D, bias: b2 as tf.Tensor1D }, true).y;
  };
  const inputs = [x, first.weight, first.bias, second.weight, second.bias];
  const { value, grads } = tf.valueAndGrads(half)(inputs, tf.tensor2d(normals(n * c, 8), [n, c]));
  const batched = tf.tensor3d(normals(2 * 70 * 33, 9), [2, 70, 33]);
  return [
    value,
    ...grads,
    normMatMul(x, norm, first.weight, { bias: first.bias, hasGelu: true }),
    matMul(x, tf.tensor2d(normals(35 * c, 10), [35, c]), { transposeB: true }),
    matMul(batched, batched, { transposeA: true }),
  ];
}

async function computed(): Promise<number[][]> {
  const tensors = tf.tidy(products);
  const values: number[][] = [];
  for (const tensor of tensors) values.push([...(await readValues(tensor))]);
  tf.dispose(tensors);
  return values;
}

it.each(ADAPTERS)('%s', async (_, traits) => {
  const asTaken = takenFor(traits, computed);
  const whole = await countDuring(asTaken);
  // Shorter than any: one row of tiles a dispatch.
  longestProduct.flops = 1;
  const cut = await countDuring(asTaken);
  expect(cut.result).toEqual(whole.result);
  expect(cut.counted.dispatches).toBeGreaterThan(whole.counted.dispatches + 20);
});
