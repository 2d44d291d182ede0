import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { columnSumReference } from '../../src/kernels/columnSum';
import { matMul } from '../../src/kernels/matMul';
import { longestProduct, matMulPrograms, matMulReference } from '../../src/kernels/matMulProgram';
import { expectClose, LONG_SUM } from '../support/closeness';
import { normals } from '../support/numbers';

describe('matMul reference', () => {
  it('multiplies by hand, with bias and residual', () => {
    const c = new Float64Array(4);
    const plain = { transposeA: false, transposeB: false };
    matMulReference(
      Float64Array.of(1, 2, 3, 4),
      Float64Array.of(5, 6, 7, 8),
      Float64Array.of(1, -1),
      Float64Array.of(0, 0, 10, 10),
      c,
      { batch: 1, m: 2, k: 2, n: 2 },
      plain,
    );
    expect([...c]).toEqual([20, 21, 54, 59]);
  });

  it('sums columns', () => {
    const y = new Float64Array(2);
    columnSumReference(Float64Array.of(1, 2, 3, 4, 5, 6), y);
    expect([...y]).toEqual([9, 12]);
  });

  it('refuses shapes that do not fit, naming them', async () => {
    await startEngine('cpu');
    expect(() => matMul(tf.zeros([2, 3]), tf.zeros([4, 5]))).toThrow(/\[2,3\].*\[4,5\]/);
  });
});

describe('matMul gives the same on the wasm SIMD kernel', () => {
  it.each([
    [1, 1, 1, false, false],
    [5, 7, 9, false, true],
    [33, 49, 51, true, false],
    [34, 17, 35, true, true],
    [128, 64, 72, false, false],
  ])('%i x %i x %i, transposes %s %s', async (m, k, n, transposeA, transposeB) => {
    const build = () => {
      const a = tf.tensor2d(normals(m * k, 1), transposeA ? [k, m] : [m, k]);
      const b = tf.tensor2d(normals(k * n, 2), transposeB ? [n, k] : [k, n]);
      return matMul(a, b, {
        transposeA,
        transposeB,
        bias: tf.tensor1d(normals(n, 3)),
        residual: tf.tensor2d(normals(m * n, 4), [m, n]),
      });
    };
    await startEngine('cpu');
    const want = await readValues(build());
    await startEngine('wasm');
    expectClose(await readValues(build()), want, LONG_SUM);
  });
});

describe('a product on the device', () => {
  const info = (shape: number[]) => ({ dataId: {}, shape, dtype: 'float32' as const });
  const pieces = (m: number, k: number, n: number) => {
    const plain = { transposeA: false, transposeB: false };
    const epilogue = { name: 'matMulAdd', source: '', bindings: [] };
    return matMulPrograms(info([m, n]), info([m, k]), info([k, n]), plain, epilogue).map(
      ({ workgroups, uniforms }) => ({
        from: uniforms!.find(({ name }) => name === 'firstRow')!.value,
        rows: 32 * workgroups[1]!,
      }),
    );
  };

  it('is one dispatch where it is short', () => {
    expect(pieces(2048, 128, 512)).toEqual([{ from: 0, rows: 2048 }]);
  });

  it('is cut by rows where it is longer than a dispatch may be: all of them once, equally many each', () => {
    // The largest of preset medium: a feed-forward half of 128 answers of 72 tokens.
    const [m, k, n] = [128 * 72, 192, 768];
    const cut = pieces(m, k, n);
    expect(cut.map(({ from }) => from)).toEqual([0, 3072, 6144]);
    expect(cut.map(({ rows }) => rows)).toEqual([3072, 3072, 3072]);
    for (const { rows } of cut) expect(2 * rows * k * n).toBeLessThanOrEqual(longestProduct.flops);
    const uneven = pieces(m + 65, k, n);
    let next = 0;
    for (const { from, rows } of uneven) {
      expect(from).toBe(next);
      next += rows;
    }
    expect(next).toBeGreaterThanOrEqual(m + 65);
    expect(next - (m + 65)).toBeLessThan(32);
  });
});
