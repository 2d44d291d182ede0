import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { countDuring } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { gae, type GaeOptions } from '../../src/kernels/gae';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

/** Everything from the second slot behind a row's response on is NaN. */
function build(rows: number, slots: number, valueMask: GaeOptions['valueMask'], scale = 1, surprise = 0) {
  const options: GaeOptions = { gamma: 0.99, lambda: 0.95, valueMask };
  const counts = integers(rows, slots, 9).map((n) => n + 1);
  const pad = (data: Float32Array) =>
    data.map((value, i) => (i % slots <= counts[Math.floor(i / slots)] ? value : NaN));
  return () => {
    const lengths = tf.tensor1d(counts, 'int32');
    const data = pad(normals(rows * slots, 1, scale));
    if (surprise) data[slots] = surprise;
    const rewards = tf.tensor2d(data, [rows, slots]);
    const values = tf.tensor2d(pad(normals(rows * slots, 2, scale)), [rows, slots]);
    const upstream = [3, 4].map((seed) => tf.tensor2d(normals(rows * slots, seed), [rows, slots]));
    const [drewards, dvalues] = tf.grads((r, v) => {
      const { advantages, returns } = gae({ rewards: r as tf.Tensor2D, values: v as tf.Tensor2D, lengths }, options);
      return advantages.mul(upstream[0]).add(returns.mul(upstream[1]));
    })([rewards, values]);
    return { ...gae({ rewards, values, lengths }, options), drewards, dvalues };
  };
}

describe.each(['length', 'length_plus_one'] as const)('gae on WebGPU equals its reference, %s', (valueMask) => {
  it.each([
    [1, 1],
    [3, 5],
    [65, 7],
    [4099, 13],
  ])('%i rows of %i slots', (rows, slots) => expectSameOnWebGPU(build(rows, slots, valueMask), LONG_SUM));

  // One rounding at 1e4 is 5e-4, and a row of 17 sums a few dozen of them.
  it('large values', () => expectSameOnWebGPU(build(5, 17, valueMask, 1e4), { rtol: 1e-5, atol: 1e-2 }));
  it('NaN stays in its row', () => expectSameOnWebGPU(build(5, 9, valueMask, 1, NaN), LONG_SUM));
});

describe('gae on WebGPU', () => {
  it('is one dispatch', async () => {
    await startEngine('webgpu');
    const inputs = {
      rewards: tf.ones<tf.Rank.R2>([3, 64]),
      values: tf.ones<tf.Rank.R2>([3, 64]),
      lengths: tf.tensor1d([64, 1, 30], 'int32'),
    };
    const { result, counted } = await countDuring(() => gae(inputs, { gamma: 1, lambda: 0.95, valueMask: 'length' }));
    expect(counted.dispatches).toBe(1);
    tf.dispose([inputs, result]);
  });
});
