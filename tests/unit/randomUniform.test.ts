import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import {
  dropout,
  dropoutReference,
  philox,
  randomUniform,
  randomUniformReference,
} from '../../src/kernels/randomUniform';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

function uniforms(n: number, seed: number, stream: number, offset = 0): Float64Array {
  const y = new Float64Array(n);
  randomUniformReference(y, { seed, stream, offset });
  return y;
}

describe('philox', () => {
  // Known answers published with the authors' Random123 library (kat_vectors, philox4x32 10).
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[~0, ~0, ~0, ~0], [~0, ~0], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('counter %j, key %j', (counter, [key0, key1], want) => {
    const words = Uint32Array.from(counter);
    philox(words, key0, key1);
    expect([...words].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(want);
  });
});

describe('randomUniform reference', () => {
  it('is uniform: mean, variance and counts of ten bins within five standard errors', () => {
    const n = 100_000;
    const u = uniforms(n, 7, 1);
    const mean = u.reduce((sum, x) => sum + x, 0) / n;
    const variance = u.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    const bins = new Array<number>(10).fill(0);
    for (const x of u) bins[Math.floor(x * 10)]++;
    for (const count of bins) expect(Math.abs(count - n / 10)).toBeLessThan(5 * Math.sqrt(n * 0.09));
    expect(Math.min(...u.subarray(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(u.every((x) => x < 1)).toBe(true);
  });

  it('differs by seed, stream and offset, and does not depend on the length', () => {
    const first = [...uniforms(8, 1, 2, 3)];
    for (const other of [
      uniforms(8, 2, 2, 3),
      uniforms(8, 1, 3, 3),
      uniforms(8, 1, 2, 4),
      uniforms(8, 1, 2, 3 + 2 ** 32),
    ]) {
      for (const x of first) expect([...other]).not.toContain(x);
    }
    expect([...uniforms(5, 1, 2, 3)]).toEqual(first.slice(0, 5));
  });

  it('gives cpu and wasm the same bits, and refuses bad keys', async () => {
    await startEngine('cpu');
    const want = await readValues(randomUniform([3, 5], { seed: 4, stream: 5 }));
    await startEngine('wasm');
    expect([...(await readValues(randomUniform([3, 5], { seed: 4, stream: 5 })))]).toEqual([...want]);
    expect(() => randomUniform([2], { seed: 0.5, stream: 1 })).toThrow(/seed 0.5/);
    expect(() => randomUniform([2], { seed: 1, stream: 2 ** 32 })).toThrow(RangeError);
  });
});

describe('dropout reference', () => {
  const key = { seed: 3, stream: 9, offset: 2 };

  it('keeps what is at or above the rate, scaled', () => {
    const x = Float64Array.from(normals(1000, 1));
    const y = new Float64Array(1000);
    dropoutReference(x, y, 0.25, key);
    const u = uniforms(1000, 3, 9, 2);
    expect([...y]).toEqual([...x].map((value, i) => (u[i] >= 0.25 ? value / 0.75 : 0)));
  });

  it('has the gradient of central differences', () => {
    const x = Float64Array.from(normals(30, 1));
    const dy = Float64Array.from(normals(30, 2));
    const apply = (values: Float64Array) => {
      const y = new Float64Array(30);
      dropoutReference(values, y, 0.4, key);
      return y;
    };
    checkGradient('dx', x, () => apply(x), dy, apply(dy));
  });

  it('rate 0 returns the tensor itself; rates outside [0, 1) are refused', async () => {
    await startEngine('cpu');
    const x = tf.ones([3]);
    expect(dropout(x, 0, key)).toBe(x);
    expect(() => dropout(x, 1, key)).toThrow(/rate is 1/);
  });
});
