import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { gae, gaeGradReference, gaeReference, type GaeOptions } from '../../src/kernels/gae';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

const PLAIN: GaeOptions = { gamma: 1, lambda: 1, valueMask: 'length' };

function run(rewards: number[], values: number[], length: number, options: GaeOptions) {
  const [advantages, returns] = [new Float64Array(rewards.length), new Float64Array(rewards.length)];
  gaeReference(
    Float64Array.from(rewards),
    Float64Array.from(values),
    Int32Array.of(length),
    advantages,
    returns,
    rewards.length,
    options,
  );
  return { advantages, returns };
}

describe('gae reference', () => {
  it('by hand: δ = 0.5, −1, 2 and γλ = 0.25', () => {
    // δ_0 = 1 + 0.5·1 − 1, δ_1 = −1 + 0.5·2 − 1, δ_2 = 4 − 2
    const { advantages, returns } = run([1, -1, 4], [1, 1, 2], 3, { gamma: 0.5, lambda: 0.5, valueMask: 'length' });
    expectClose(advantages, [0.5 + 0.25 * -0.5, -1 + 0.25 * 2, 2]);
    expectClose(returns, [1.375, 0.5, 4]);
  });

  it('at γ = λ = 1 is the reward to go minus the value', () => {
    const { advantages, returns } = run([1, 2, 3], [9, 8, 7], 3, PLAIN);
    expectClose(returns, [6, 5, 3]);
    expectClose(advantages, [-3, -3, -4]);
  });

  it('at λ = 0 is the one-step error', () => {
    expectClose(run([1, 2, 3], [9, 8, 7], 3, { ...PLAIN, lambda: 0 }).advantages, [0, 1, -4]);
  });

  it('ignores what lies behind the response', () => {
    expectClose(run([1, 2, NaN, NaN], [0, 0, NaN, NaN], 2, PLAIN).returns, [3, 2, 0, 0]);
  });

  it('keeps the slot behind the response where asked, and no more than that', () => {
    const options: GaeOptions = { ...PLAIN, valueMask: 'length_plus_one' };
    const { advantages, returns } = run([1, 2, 10, NaN], [0, 0, 3, NaN], 2, options);
    expectClose(returns, [13, 12, 10, 0]);
    expectClose(advantages, [13, 12, 7, 0]);
    expectClose(run([1, 2], [0, 0], 2, options).returns, [3, 2]);
  });

  it.each(['length', 'length_plus_one'] as const)('has the gradients of central differences, %s', (valueMask) => {
    const options: GaeOptions = { gamma: 0.97, lambda: 0.9, valueMask };
    const [rows, slots] = [4, 6];
    const n = rows * slots;
    const lengths = Int32Array.of(6, 1, 3, 5);
    const [rewards, values] = [Float64Array.from(normals(n, 1)), Float64Array.from(normals(n, 2))];
    const upstream = Float64Array.from(normals(2 * n, 3));
    const forward = () => {
      const both = new Float64Array(2 * n);
      gaeReference(rewards, values, lengths, both.subarray(0, n), both.subarray(n), slots, options);
      return both;
    };
    const [drewards, dvalues] = [new Float64Array(n), new Float64Array(n)];
    gaeGradReference(upstream.subarray(0, n), upstream.subarray(n), lengths, drewards, dvalues, slots, options);
    checkGradient('drewards', rewards, forward, upstream, drewards);
    checkGradient('dvalues', values, forward, upstream, dvalues);
  });

  it('refuses what cannot be meant', async () => {
    await startEngine('cpu');
    const [rewards, lengths] = [tf.zeros<tf.Rank.R2>([2, 3]), tf.tensor1d([1, 2], 'int32')];
    expect(() => gae({ rewards, values: tf.zeros([3, 2]), lengths }, PLAIN)).toThrow(/values has shape \[3,2\]/);
    expect(() => gae({ rewards, values: rewards, lengths }, { ...PLAIN, lambda: 1.1 })).toThrow(/lambda is 1.1/);
    expect(() => gae({ rewards, values: rewards, lengths: tf.zeros([2]) }, PLAIN)).toThrow(/lengths is float32/);
  });
});
