import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { causalAttention } from '../../src/kernels/causalAttention';
import { decodeAttention, decodeAttentionReference, writeKvCache } from '../../src/kernels/decodeAttention';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { expectClose } from '../support/closeness';
import { normals } from '../support/numbers';

describe('decodeAttention reference', () => {
  it('by hand: stores k and v, sees slots that are real and its own', () => {
    const cache = Float64Array.of(0, 8, NaN, NaN, 9, 9, 9, 9);
    const out = new Float64Array(1);
    const sizes = { batch: 1, slots: 4, width: 1 };
    decodeAttentionReference(Float64Array.of(1, Math.log(3), 4), cache, Float64Array.of(1, 0, 0, 0), out, 2, 1, sizes);
    expectClose(out, [5]); // weights 1/4 on 8 and 3/4 on 4
    expectClose(cache, [0, 8, NaN, NaN, Math.log(3), 4, 9, 9]);
  });
});

describe.each(['cpu', 'wasm'] as const)('decoding on %s', (engine) => {
  beforeAll(async () => void (await startEngine(engine)));

  it.each([4, 3])('prompt then token by token equals attention over the whole row, heads of %i', async (size) => {
    const [batch, prompt, total, heads] = [2, 3, 6, 2];
    const width = heads * size;
    const values = normals(batch * total * 3 * width, 1);
    const qkv = tf.tensor3d(values, [batch, total, 3 * width]);
    const mask = tf.tensor2d([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [batch, total]);
    const want = causalAttention(qkv, mask, heads);
    const cache = tf.fill([batch, total, 2 * width], NaN) as tf.Tensor3D;
    writeKvCache(qkv.slice([0, 0, 0], [batch, prompt, 3 * width]), cache, 0);
    for (let slot = prompt; slot < total; slot++) {
      const now = qkv.slice([0, slot, 0], [batch, 1, 3 * width]).reshape([batch, 3 * width]) as tf.Tensor2D;
      const got = decodeAttention(now, cache, mask, slot, heads);
      expectClose(await readValues(got), await readValues(want.slice([0, slot, 0], [batch, 1, width])));
    }
    expectClose(await readValues(cache), await readValues(qkv.slice([0, 0, width], [batch, total, 2 * width])));
  });

  it('refuses slots past the cache and heads that do not fit', () => {
    const cache = tf.zeros<tf.Rank.R3>([1, 4, 16]);
    expect(() => writeKvCache(tf.zeros([1, 3, 24]), cache, 2)).toThrow(/slot 2 with 3 positions.*4 slots/);
    expect(() => decodeAttention(tf.zeros([1, 24]), cache, tf.zeros([1, 4]), 4, 1)).toThrow(/slot 4/);
    expect(() => decodeAttention(tf.zeros([1, 24]), cache, tf.zeros([1, 4]), 0, 3)).toThrow(/3 heads.*whole number/);
  });
});
