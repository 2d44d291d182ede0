import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { maskedMean, maskedMeanGradReference, maskedMeanReference } from '../../src/kernels/maskedMean';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

function run(values: Float64Array, mask: Float64Array, rows: number) {
  const [mean, rowMeans, meanOfRowMeans, count] = [1, rows, 1, 1].map((n) => new Float64Array(n));
  maskedMeanReference(values, mask, [mean, rowMeans, meanOfRowMeans, count]);
  return { mean, rowMeans, meanOfRowMeans, count };
}

describe('maskedMean reference', () => {
  it('by hand, leaving out padding and rows without tokens', () => {
    const values = Float64Array.of(1, 2, 6, 8, NaN, NaN, NaN, NaN, NaN);
    const { mean, rowMeans, meanOfRowMeans, count } = run(values, Float64Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0), 3);
    expectClose(mean, [17 / 4]);
    expectClose(rowMeans, [3, 8, 0]);
    expectClose(meanOfRowMeans, [5.5]);
    expectClose(count, [4]);
  });

  it('is 0 without any token', () => {
    const { mean, meanOfRowMeans } = run(Float64Array.of(NaN), Float64Array.of(0), 1);
    expect([mean[0], meanOfRowMeans[0]]).toEqual([0, 0]);
  });

  it('has the gradient of central differences', () => {
    const values = Float64Array.from(normals(12, 1));
    const mask = Float64Array.of(1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1);
    const dvalues = new Float64Array(12);
    maskedMeanGradReference(Float64Array.of(1.7), mask, Float64Array.of(7), dvalues);
    checkGradient('dvalues', values, () => run(values, mask, 3).mean, Float64Array.of(1.7), dvalues);
  });

  it('refuses masks of another shape or type', async () => {
    await startEngine('cpu');
    expect(() => maskedMean(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow(/mask has shape \[3,2\]/);
    expect(() => maskedMean(tf.zeros([2, 3]), tf.zeros([2, 3], 'int32'))).toThrow(/mask is int32/);
  });
});
