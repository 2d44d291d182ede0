import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { decodeAttention, writeKvCache } from '../../src/kernels/decodeAttention';
import { startEngine } from '../../src/kernels/device';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

/** Fills slots 0 to `slot` − 1 at once, decodes at `slot`; later slots keep what they held. */
function build(batch: number, slot: number, slots: number, heads: number, size: number, scale = 1, spoiled = -1) {
  const width = heads * size;
  const own = normals(batch * 3 * width, 2, scale);
  if (spoiled >= 0) own[spoiled] = NaN;
  return () => {
    const cache = tf.tensor3d(normals(batch * slots * 2 * width, 3), [batch, slots, 2 * width]);
    const mask = tf.tensor2d(
      normals(batch * slots, 4).map((x) => (x > -0.5 ? 1 : 0)),
      [batch, slots],
    );
    if (slot > 0) {
      const prompt = tf.tensor3d(normals(batch * slot * 3 * width, 1, scale), [batch, slot, 3 * width]);
      writeKvCache(prompt, cache, 0);
    }
    const out = decodeAttention(tf.tensor2d(own, [batch, 3 * width]), cache, mask, slot, heads);
    return { out, cache };
  };
}

describe('decoding on WebGPU equals its reference', () => {
  it.each([
    [1, 0, 1, 1, 4],
    [3, 5, 9, 2, 8],
    [17, 33, 40, 4, 16],
    [65, 9, 16, 1, 64],
    [5, 200, 256, 3, 12],
    [3, 5, 9, 4, 6],
  ])('batch %i, slot %i of %i, %i heads of %i', async (batch, slot, slots, heads, size) => {
    await expectSameOnWebGPU(build(batch, slot, slots, heads, size), { out: LONG_SUM });
  });

  it('scores of 1e8 do not overflow', async () => {
    await expectSameOnWebGPU(build(2, 6, 8, 2, 4, 1e4), { out: LONG_SUM });
  });

  it('NaN stays in its row and head', async () => {
    await expectSameOnWebGPU(build(3, 6, 8, 2, 4, 1, 25), { out: LONG_SUM });
    await expectSameOnWebGPU(build(3, 6, 8, 2, 4, 1, 35), { out: LONG_SUM });
  });
});
