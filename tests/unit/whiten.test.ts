import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { whiten, whitenReference, type WhitenOptions } from '../../src/kernels/whiten';
import { expectClose } from '../support/closeness';

function run(x: number[], mask: number[], options: Partial<WhitenOptions>) {
  const [y, stats] = [new Float64Array(x.length), new Float64Array(2)];
  whitenReference(Float64Array.from(x), Float64Array.from(mask), y, stats, {
    shiftMean: true,
    unbiased: false,
    eps: 0,
    ...options,
  });
  return { y, stats };
}

describe('whiten reference', () => {
  it('by hand, over real elements only', () => {
    const { y, stats } = run([1, NaN, 3, 5], [1, 0, 1, 1], {});
    expectClose(stats, [3, 8 / 3]);
    expectClose(
      y,
      [-2, 0, 0, 2].map((value) => value / Math.sqrt(8 / 3)),
    );
  });

  it('divides by one less where asked', () => {
    expectClose(run([1, 3, 5], [1, 1, 1], { unbiased: true }).stats, [3, 4]);
  });

  it('keeps the mean where asked', () => {
    expectClose(run([1, 3, 5], [1, 1, 1], { unbiased: true, shiftMean: false }).y, [2, 3, 4]);
  });

  it('leaves one element at its mean, and nothing at nothing', () => {
    expectClose(run([7, 9], [0, 1], { unbiased: true, eps: 1e-8, shiftMean: false }).y, [0, 9]);
    expectClose(run([7, 9], [0, 0], { eps: 1e-8 }).y, [0, 0]);
  });

  it('passes NaN on to every real element', () => {
    expectClose(run([1, NaN, 3], [0, 1, 1], {}).y, [0, NaN, NaN]);
  });

  it('refuses masks of another shape or type', async () => {
    await startEngine('cpu');
    const options = { shiftMean: true, unbiased: true };
    expect(() => whiten(tf.zeros([2, 3]), tf.zeros([3, 2]), options)).toThrow(/mask has shape \[3,2\]/);
    expect(() => whiten(tf.zeros([2, 3]), tf.zeros([2, 3], 'int32'), options)).toThrow(/mask is int32/);
  });
});
