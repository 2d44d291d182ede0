import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { adamWStep, finishNorm, scaleByNorm, sumOfSquares, type AdamWOptions } from '../../src/kernels/adamW';
import { countDuring } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));
afterEach(() => void (adapterTraits.isSoftware = true));

const OPTIONS: AdamWOptions = {
  learningRate: 3e-3,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
  step: 1,
  form: 'torch',
};

/** Three steps over two parameters; the second gradient may hold a surprise. Arrays are made anew: cpu writes into them. */
function build(n: number, options: Partial<AdamWOptions>, scale = 1, surprise = 0) {
  return () => {
    const param = tf.tensor1d(normals(n, 1));
    const [m, v] = [tf.tensor1d(normals(n, 2, 0.1)), tf.tensor1d(normals(n, 3).map(Math.abs))];
    const gradients = [4, 5, 6].map((seed) => tf.tensor1d(normals(n, seed, scale)));
    if (surprise) gradients[1] = tf.tensor1d(normals(n, 5, scale).fill(surprise, n - 1));
    const other = tf.tensor2d(normals(6, 7), [2, 3]);
    const [slots, state] = [tf.tensor1d([7, 7]), tf.zeros<tf.Rank.R1>([4])];
    gradients.forEach((grad, i) => {
      sumOfSquares(grad, slots, 1);
      sumOfSquares(other, slots, 0);
      finishNorm(slots, state);
      adamWStep(param, grad, m, v, state, { ...OPTIONS, ...options, step: i + 1 });
    });
    return { param, m, v, slots, state, clipped: scaleByNorm(gradients[2], state, 1) };
  };
}

describe.each([
  ['software', true],
  ['hardware', false],
])('adamW on WebGPU, reduction for %s, equals its reference', (_, isSoftware) => {
  const both = (once: ReturnType<typeof build>) =>
    expectSameOnWebGPU(() => {
      // The cpu run resets what the engine believes about the adapter.
      if (tf.getBackend() === 'webgpu') adapterTraits.isSoftware = isSoftware;
      return once();
    }, LONG_SUM);

  it.each([1, 7, 65, 257, 513, 20_011])('%i elements', (n) => both(build(n, {})));
  it('large gradients', () => both(build(129, {}, 1e4)));
  it('NaN', () => both(build(129, {}, 1, NaN)));
  it('infinity', () => both(build(129, {}, 1, Infinity)));
});

describe('adamW on WebGPU', () => {
  it('in the TensorFlow form, without clipping', () =>
    expectSameOnWebGPU(build(129, { form: 'tensorflow', eps: 1e-5, maxGradNorm: 0, weightDecay: 0 }), LONG_SUM));

  it.each([2, NaN, Infinity, -Infinity])('a watched %s', (loss) =>
    expectSameOnWebGPU(() => {
      const [slots, state] = [tf.tensor1d([9, 16]), tf.zeros<tf.Rank.R1>([4])];
      finishNorm(slots, state, tf.scalar(loss));
      return { state };
    }),
  );

  it('is one dispatch a call and submits nothing by itself', async () => {
    await startEngine('webgpu');
    const { counted } = await countDuring(() => tf.dispose(build(9, {})()));
    expect(counted).toEqual({ dispatches: 3 * 4 + 1, submits: 0, readbacks: 0 });
  });
});
