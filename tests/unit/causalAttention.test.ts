import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  causalAttention,
  causalAttentionGradReference,
  causalAttentionReference,
} from '../../src/kernels/causalAttention';
import { startEngine } from '../../src/kernels/device';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

describe('causalAttention reference', () => {
  it('mixes values by hand: one head of one channel', () => {
    // Query 1 sees scores 0 and ln 3: weights 1/4 and 3/4.
    const qkv = Float64Array.of(5, 0, 8, 1, Math.log(3), 4);
    const [out, logSumExp] = [new Float64Array(2), new Float64Array(2)];
    causalAttentionReference(qkv, Float64Array.of(1, 1), out, logSumExp, { batch: 1, length: 2, width: 1, heads: 1 });
    expectClose(out, [8, 5]);
    expectClose(logSumExp, [0, Math.log(4)]);
  });

  it('a query that sees no key gives 0, and masked junk enters nothing', () => {
    const qkv = Float64Array.of(NaN, NaN, NaN, 1, 1, 7);
    const [out, logSumExp] = [new Float64Array(2).fill(9), new Float64Array(2).fill(9)];
    causalAttentionReference(qkv, Float64Array.of(0, 1), out, logSumExp, { batch: 1, length: 2, width: 1, heads: 1 });
    expect([...out]).toEqual([0, 7]);
    expect([...logSumExp]).toEqual([0, 1]);
  });

  it('has the gradient of central differences', () => {
    const sizes = { batch: 2, length: 5, width: 6, heads: 2 };
    const mask = Float64Array.of(0, 0, 1, 1, 1, 1, 1, 0, 1, 0);
    const qkv = Float64Array.from(normals(2 * 5 * 18, 1));
    const dout = Float64Array.from(normals(2 * 5 * 6, 2));
    const logSumExp = new Float64Array(2 * 2 * 5);
    const forward = () => {
      const out = new Float64Array(2 * 5 * 6);
      causalAttentionReference(qkv, mask, out, logSumExp, sizes);
      return out;
    };
    const dqkv = new Float64Array(qkv.length).fill(3);
    causalAttentionGradReference(dout, qkv, mask, forward(), logSumExp, dqkv, new Float64Array(20), sizes);
    checkGradient('dqkv', qkv, forward, dout, dqkv);
  });

  it('refuses heads that do not fit', async () => {
    await startEngine('cpu');
    const qkv = tf.zeros<tf.Rank.R3>([1, 2, 24]);
    expect(() => causalAttention(qkv, tf.ones([1, 2]), 3)).toThrow(/3 heads.*channels.*whole number/);
    expect(() => causalAttention(qkv, tf.ones([2, 2]), 2)).toThrow(/mask has shape \[2,2\]/);
  });

  it('fills up heads that are no multiple of 4 without a trace', async () => {
    await startEngine('cpu');
    const [batch, length, heads, size] = [2, 5, 2, 3];
    const qkv = normals(batch * length * 3 * heads * size, 4);
    const mask = Float32Array.of(0, 1, 1, 1, 1, 1, 1, 1, 0, 0);
    const want = new Float32Array(batch * length * heads * size);
    causalAttentionReference(qkv, mask, want, new Float32Array(batch * heads * length), {
      batch,
      length,
      width: heads * size,
      heads,
    });
    const got = causalAttention(
      tf.tensor3d(qkv, [batch, length, 3 * heads * size]),
      tf.tensor2d(mask, [batch, length]),
      heads,
    );
    expectClose(got.dataSync(), want);
  });
});
