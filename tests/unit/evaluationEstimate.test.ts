import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averaged,
  estimateOf,
  pairedDifference,
  pooled,
  ratioEstimate,
  shareOf,
  type Interval,
} from '../../src/evaluation/estimate';

const interval = (mean: number, se: number, n = 10): Interval => ({ mean, se, low: mean - se, high: mean + se, n });

describe('an estimate of a mean', () => {
  it('has the error of the mean: spread over the root of the count', () => {
    const { mean, se, low, high, n, values } = estimateOf([1, 2, 3, 6]);
    expect([mean, n, values]).toEqual([3, 4, [1, 2, 3, 6]]);
    // Deviations −2, −1, 0, 3: variance 14/3.
    expect(se).toBeCloseTo(Math.sqrt(14 / 3 / 4), 12);
    expect(low).toBeCloseTo(3 - 1.959964 * se, 5);
    expect(high).toBeCloseTo(3 + 1.959964 * se, 5);
  });

  it('of one value is that value', () => expect(estimateOf([2])).toMatchObject({ mean: 2, se: 0, low: 2, high: 2 }));

  it('of nothing is refused', () => expect(() => estimateOf([])).toThrow(/got 0 values/));
});

describe('a share', () => {
  it('keeps an open interval at 0 and 1', () => {
    const none = shareOf([false, false, false, false]);
    expect(none.mean).toBe(0);
    expect(none.low).toBeCloseTo(0, 12);
    expect(none.high).toBeGreaterThan(0.3);
    const all = shareOf(new Array<boolean>(50).fill(true));
    expect(all.high).toBeCloseTo(1, 12);
    expect(all.low).toBeLessThan(0.95);
  });
});

describe('a ratio', () => {
  it('is total over total, and its linearised values average to it', () => {
    const ratio = ratioEstimate([1, 0, 5], [2, 1, 6]);
    expect(ratio.mean).toBeCloseTo(6 / 9, 12);
    expect(ratio.values.reduce((sum, value) => sum + value, 0) / 3).toBeCloseTo(6 / 9, 12);
  });

  it('of units that count alike is the mean of their shares', () => {
    const ratio = ratioEstimate([1, 2, 3], [4, 4, 4]);
    const mean = estimateOf([0.25, 0.5, 0.75]);
    expect(ratio.mean).toBeCloseTo(mean.mean, 12);
    expect(ratio.se).toBeCloseTo(mean.se, 12);
  });

  it('has the standard error of a ratio estimate', () => {
    const [hits, counts] = [
      [3, 1, 0, 4, 2],
      [4, 2, 3, 4, 5],
    ];
    const ratio = ratioEstimate(hits, counts);
    const r = 10 / 18;
    const squares = hits.reduce((sum, hit, i) => sum + (hit - r * counts[i]) ** 2, 0);
    // Textbook form with the unbiased divisor n − 1.
    expect(ratio.se).toBeCloseTo(Math.sqrt((squares * 5) / 4) / 18, 12);
  });

  it('of nothing counted is refused', () => expect(() => ratioEstimate([0], [0])).toThrow(/positive sum/));
});

describe('a paired difference', () => {
  it('of an estimate with itself is exactly 0 with no error', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 30 }), (values) => {
        const one = estimateOf(values);
        expect(pairedDifference(one, one)).toMatchObject({ mean: 0, se: 0 });
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('is surer than the two estimates when hard prompts are hard for both', () => {
    const a = estimateOf([0, 1, 0, 1, 0, 1]);
    const b = estimateOf([0.2, 1.1, 0.2, 1.1, 0.2, 1.1]);
    const difference = pairedDifference(b, a);
    expect(difference.mean).toBeCloseTo(0.15, 12);
    expect(difference.se).toBeLessThan(Math.min(a.se, b.se) / 5);
  });

  it('needs the same prompts', () =>
    expect(() => pairedDifference(estimateOf([1]), estimateOf([1, 2]))).toThrow(/1 against 2/));
});

describe('pooling', () => {
  it('takes the error inside the seeds where they agree', () => {
    const all = pooled([interval(0.5, 0.03), interval(0.5, 0.03), interval(0.5, 0.03)]);
    expect(all.mean).toBeCloseTo(0.5, 12);
    expect(all.se).toBeCloseTo(0.03 / Math.sqrt(3), 12);
    expect([all.n, all.seeds]).toEqual([30, 3]);
  });

  it('takes the spread of the seeds where they differ by more than their errors', () => {
    const all = pooled([interval(0.2, 0.01), interval(0.5, 0.01), interval(0.8, 0.01)]);
    expect(all.se).toBeCloseTo(0.3 / Math.sqrt(3), 12);
  });

  it('of one seed is that seed', () => expect(pooled([interval(0.4, 0.02)])).toMatchObject({ mean: 0.4, se: 0.02 }));

  it('averages independent suites with the error of an average', () => {
    const mean = averaged([interval(1, 0.3), interval(0, 0.4)]);
    expect(mean.mean).toBe(0.5);
    expect(mean.se).toBeCloseTo(0.25, 12);
    expect(mean.n).toBe(20);
  });
});
