import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { countDuring } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { whiten, type WhitenOptions } from '../../src/kernels/whiten';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));
afterEach(() => void (adapterTraits.isSoftware = true));

function build(rows: number, slots: number, options: WhitenOptions, x: Float32Array) {
  const mask = Float32Array.from(integers(rows * slots, 3, 5), (n) => Math.min(n, 1));
  mask[0] = 1;
  const padded = x.map((value, i) => (mask[i] ? value : NaN));
  return () => whiten(tf.tensor2d(padded, [rows, slots]), tf.tensor2d(mask, [rows, slots]), options);
}

describe.each([
  ['software', true],
  ['hardware', false],
])('whiten on WebGPU, reduction for %s, equals its reference', (_, isSoftware) => {
  const both = (once: ReturnType<typeof build>, tolerance = LONG_SUM) =>
    expectSameOnWebGPU(() => {
      // The cpu run resets what the engine believes about the adapter.
      if (tf.getBackend() === 'webgpu') adapterTraits.isSoftware = isSoftware;
      return { ...once() };
    }, tolerance);

  it.each([
    [1, 1],
    [3, 5],
    [65, 1],
    [37, 7],
    [2049, 13],
  ])('%i rows of %i slots', async (rows, slots) => {
    const x = normals(rows * slots, 1);
    await both(build(rows, slots, { shiftMean: true, unbiased: true }, x));
    await both(build(rows, slots, { shiftMean: false, unbiased: false }, x));
  });

  it('large values', () => both(build(9, 13, { shiftMean: true, unbiased: true }, normals(9 * 13, 1, 1e4))));

  it('small spread on a large mean', () => {
    const x = normals(9 * 13, 1, 0.1).map((value) => 1e4 + value);
    return both(build(9, 13, { shiftMean: true, unbiased: false }, x));
  });

  it('NaN', () => {
    const x = normals(9 * 13, 1);
    x[0] = NaN;
    return both(build(9, 13, { shiftMean: true, unbiased: false }, x));
  });
});

describe('whiten on WebGPU', () => {
  it('is one dispatch', async () => {
    await startEngine('webgpu');
    const once = build(9, 13, { shiftMean: true, unbiased: false }, normals(9 * 13));
    const { counted } = await countDuring(() => tf.dispose(Object.values(tf.tidy(() => ({ ...once() })))));
    expect(counted.dispatches).toBe(1);
  });
});
