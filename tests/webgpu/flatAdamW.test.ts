import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { finishNorm, type AdamWOptions } from '../../src/kernels/adamW';
import { readValues, runKernel, writeValues } from '../../src/kernels/defineKernel';
import { engineBytes, startEngine } from '../../src/kernels/device';
import '../../src/kernels/flatAdamW';
import { BLOCK, pack } from '../../src/kernels/packing';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));
afterEach(() => void (adapterTraits.isSoftware = true));

const options: AdamWOptions = {
  learningRate: 3e-3,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
  step: 2,
  form: 'torch',
};

/** One step over blocks of all kinds; the sum of squares may come in as many slots as an engine likes. */
function build(blocks: number, scale = 1, surprise = 0) {
  return () => {
    const n = blocks * BLOCK;
    const [param, m] = [tf.tensor1d(normals(n, 1)), tf.tensor1d(normals(n, 2))];
    const v = tf.tensor1d(normals(n, 3).map(Math.abs));
    const grad = tf.tensor1d(surprise ? normals(n, 4, scale).fill(surprise, n - 1) : normals(n, 4, scale));
    const kinds = tf.tensor1d(blocks === 1 ? [2] : integers(blocks, 3, 5), 'int32');
    const [slots, state] = [tf.zeros<tf.Rank.R1>([64]), tf.zeros<tf.Rank.R1>([4])];
    runKernel('FlatSumOfSquares', { grad, blocks: kinds, slots });
    finishNorm(slots, state);
    runKernel('FlatAdamW', { param, grad, m, v, blocks: kinds, state }, { options });
    return { param, m, v, state };
  };
}

describe.each([
  ['software', true],
  ['hardware', false],
])('flat AdamW on WebGPU, reduction for %s, equals its reference', (_, isSoftware) => {
  const both = (once: ReturnType<typeof build>) =>
    expectSameOnWebGPU(() => {
      if (tf.getBackend() === 'webgpu') adapterTraits.isSoftware = isSoftware;
      return once();
    }, LONG_SUM);

  it.each([1, 3, 65, 700])('%i blocks', (blocks) => both(build(blocks)));
  it('large gradients', () => both(build(5, 1e4)));
  it('NaN', () => both(build(1, 1, NaN)));
  it('infinity', () => both(build(1, 1, Infinity)));
});

describe('packed tensors', () => {
  it('keep values, shapes and names, can be read, written and computed with, and free the buffer with the last', async () => {
    await startEngine('webgpu');
    const bytes = engineBytes();
    const [a, b] = [tf.tensor2d(normals(6, 1), [2, 3]), tf.tensor1d(normals(70, 2))];
    const used = a.add(1);
    const { flat, starts, blocks } = pack([a, b]);
    expect([starts, blocks]).toEqual([[0, 1], 3]);
    expect([...(await readValues(a))]).toEqual([...normals(6, 1)]);
    expect([...(await readValues(b))]).toEqual([...normals(70, 2)]);
    writeValues(b, normals(70, 3));
    const doubled = b.mul(2) as Tensor1D;
    expect([...(await readValues(doubled))]).toEqual([...normals(70, 3).map((value) => 2 * value)]);
    const all = await readValues(flat);
    expect([...all.slice(BLOCK, BLOCK + 70)]).toEqual([...normals(70, 3)]);
    expect([...all.slice(6, BLOCK)]).toEqual(new Array(BLOCK - 6).fill(0));
    tf.dispose([used, doubled, flat, a]);
    expect(engineBytes()).toBeGreaterThan(bytes);
    b.dispose();
    expect(engineBytes()).toBe(bytes);
  });
});
