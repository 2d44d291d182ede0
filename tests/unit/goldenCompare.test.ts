import { describe, expect, it } from 'vitest';
import type { GoldenArray, GoldenCase } from '../golden/cases';
import { compare } from '../golden/compare';

const array = (data: number[], dtype: GoldenArray['dtype'] = 'float64'): GoldenArray => ({
  shape: [data.length],
  dtype,
  data,
});

function caseWith(outputs: GoldenCase['outputs']): GoldenCase {
  const tolerance = { rtol: 0.1, atol: 0.01, outputs: { strict: { rtol: 0, atol: 0.001 } } };
  return { name: 'x', op: 'x', notes: '', inputs: {}, attrs: {}, outputs, tolerance, weights: {} };
}

describe('compare', () => {
  it('allows atol + rtol·|want| and reports the share that was used', () => {
    const { worst, problems } = compare(caseWith({ y: array([0, 1, -10]) }), { y: [0.005, 1, -10.1] });
    expect(problems).toEqual([]);
    expect(worst).toBeCloseTo(0.5, 12);
  });

  it('names output, index and both values of the worst element', () => {
    const { problems } = compare(caseWith({ y: array([1, 2, 3]) }), { y: [1, 3, 3.5] });
    expect(problems).toEqual(['y[1]: got 3, want 2 (4.76 of tolerance)']);
  });

  it('uses the tolerance of the output where there is one', () => {
    const values = { strict: [1.002], loose: [1.002] };
    expect(compare(caseWith({ strict: array([1]), loose: array([1]) }), values).problems).toHaveLength(1);
  });

  it('wants whole numbers equal, whatever the tolerance', () => {
    expect(compare(caseWith({ n: array([1000], 'int32') }), { n: [1001] }).problems).toHaveLength(1);
    expect(compare(caseWith({ n: array([1000], 'int32') }), { n: [1000] }).problems).toEqual([]);
  });

  it('lets NaN equal only NaN, and infinity only itself', () => {
    const golden = caseWith({ y: array([NaN, Infinity]) });
    expect(compare(golden, { y: [NaN, Infinity] }).problems).toEqual([]);
    expect(compare(golden, { y: [0, Infinity] }).problems[0]).toContain('y[0]');
    expect(compare(golden, { y: [NaN, -Infinity] }).problems[0]).toContain('y[1]');
    expect(compare(caseWith({ y: array([1]) }), { y: [NaN] }).problems[0]).toContain('got NaN');
  });

  it('fails a missing output, a wrong length and a case that expects nothing', () => {
    expect(compare(caseWith({ y: array([1]) }), {}).problems[0]).toContain('no such output');
    expect(compare(caseWith({ y: array([1]) }), { y: [1, 1] }).problems[0]).toContain('got 2 values, want 1');
    expect(compare(caseWith({}), { y: [1] }).problems[0]).toContain('expects no output');
  });
});
