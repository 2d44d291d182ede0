import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { embedding, embeddingGradReference, embeddingReference } from '../../src/kernels/embedding';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

describe('embedding reference', () => {
  it('takes rows by hand', () => {
    const y = new Float64Array(6);
    embeddingReference(Float64Array.of(1, 2, 3, 4), Int32Array.of(1, 0, 1), y, 2);
    expect([...y]).toEqual([3, 4, 1, 2, 3, 4]);
  });

  it('has the gradient of central differences: repeated ids add up, unused rows stay 0', () => {
    const [rows, channels] = [5, 3];
    const ids = Int32Array.of(4, 1, 1, 0, 4, 4);
    const table = Float64Array.from(normals(rows * channels, 1));
    const dy = Float64Array.from(normals(ids.length * channels, 2));
    const dtable = new Float64Array(rows * channels).fill(7);
    embeddingGradReference(dy, ids, dtable, channels);
    const forward = () => {
      const y = new Float64Array(ids.length * channels);
      embeddingReference(table, ids, y, channels);
      return y;
    };
    checkGradient('dtable', table, forward, dy, dtable);
    expect([...dtable.subarray(2 * channels, 4 * channels)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('refuses ids outside the table and ids that are not whole', async () => {
    await startEngine('cpu');
    const table = tf.zeros<tf.Rank.R2>([3, 2]);
    expect(() => embedding(table, tf.tensor1d([0, 3], 'int32'))).toThrow(/ids\[1\] is 3.*0 to 2/);
    expect(() => embedding(table, tf.tensor1d([-1], 'int32'))).toThrow(RangeError);
    expect(() => embedding(table, tf.tensor1d([1]))).toThrow(/int32/);
  });
});
