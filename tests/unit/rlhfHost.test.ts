import { describe, expect, it } from 'vitest';
import { adaptKlCoef } from '../../src/rlhf/adaptiveKl';
import { applyScale, demonstrationShift, gainAndBias, withinPromptDeviation } from '../../src/rlhf/normaliseScores';
import { goldPeak, goldReward } from '../../src/metrics/overOptimisation';
import { bestOfN, winRateInterval } from '../../src/rlhf/statistics';
import { responseMask, truncateResponses } from '../../src/rlhf/truncate';

describe('winRateInterval', () => {
  it('counts ties half', () => {
    const { winRate, normalHalfWidth } = winRateInterval(5, 3, 2, 2);
    expect(winRate).toBe(0.6);
    expect(normalHalfWidth).toBeCloseTo(2 * Math.sqrt(0.024), 12);
  });

  it('gives the Wilson interval, worked by hand for 8 of 10 and z = 2', () => {
    // centre (0.8 + 4/20)/1.4, spread 2·√(0.016 + 4/400)/1.4
    const { wilsonLow, wilsonHigh } = winRateInterval(8, 2, 0, 2);
    expect(wilsonLow).toBeCloseTo((1 - 2 * Math.sqrt(0.026)) / 1.4, 12);
    expect(wilsonHigh).toBeCloseTo((1 + 2 * Math.sqrt(0.026)) / 1.4, 12);
  });

  it('stays inside 0 and 1 when every comparison is won', () => {
    const { wilsonLow, wilsonHigh, normalHalfWidth } = winRateInterval(10, 0, 0);
    expect(normalHalfWidth).toBe(0);
    expect(wilsonHigh).toBeCloseTo(1, 12);
    expect(wilsonLow).toBeGreaterThan(0.7);
  });
});

describe('bestOfN', () => {
  const proxy = [3, 1, 2];
  const gold = [10, 30, 20];

  it('is the mean for n = 1 and the best for n = N', () => {
    expect(bestOfN(proxy, gold, 1).proxy).toBeCloseTo(2, 12);
    expect(bestOfN(proxy, gold, 3)).toEqual({
      proxy: expect.closeTo(3, 12),
      gold: expect.closeTo(10, 12),
      kl: Math.log(3) - 2 / 3,
    });
  });

  it('averages the best of every pair', () => {
    // pairs (3,1) (3,2) (1,2): best proxies 3, 3, 2; their gold 10, 10, 20
    const best = bestOfN(proxy, gold, 2);
    expect(best.proxy).toBeCloseTo(8 / 3, 12);
    expect(best.gold).toBeCloseTo(40 / 3, 12);
  });
});

describe('goldReward', () => {
  it.each(['bestOfN', 'rl'] as const)('%s peaks where goldPeak says, and starts at 0', (method) => {
    const { d, gold } = goldPeak(method, 1.2, 0.35);
    expect(goldReward(method, d, 1.2, 0.35)).toBeCloseTo(gold, 12);
    expect(goldReward(method, d * 1.01, 1.2, 0.35)).toBeLessThan(gold);
    expect(goldReward(method, d * 0.99, 1.2, 0.35)).toBeLessThan(gold);
    expect(goldReward(method, 0, 1.2, 0.35)).toBe(0);
  });
});

describe('adaptKlCoef', () => {
  const settings = { target: 6, horizon: 10_000, episodes: 500 };

  it('keeps the coefficient on target', () => expect(adaptKlCoef(0.2, 6, settings)).toBe(0.2));
  it('moves by the relative error', () =>
    expect(adaptKlCoef(0.2, 6.6, settings)).toBeCloseTo(0.2 * (1 + 0.1 * 0.05), 12));
  it('moves at most by a fifth of the pace, up and down', () => {
    expect(adaptKlCoef(0.2, 600, settings)).toBeCloseTo(0.2 * 1.01, 12);
    expect(adaptKlCoef(0.2, -5, settings)).toBeCloseTo(0.2 * 0.99, 12);
  });
});

describe('normalising scores', () => {
  it('makes the demonstrations average 0', () => {
    const shift = demonstrationShift([1, 2, 6]);
    expect(shift).toBe(3);
    expect([...applyScale([1, 2, 6], { shift, gain: 2 })]).toEqual([-4, -2, 6]);
  });

  it('pools the spread inside prompts and leaves out the spread between them', () => {
    // prompts (0, 2) and (100, 104): squares 2 + 8 over 2·(2 − 1)
    expect(withinPromptDeviation([0, 2, 100, 104], 2)).toBeCloseTo(Math.sqrt(5), 12);
    expect(withinPromptDeviation([7, 7, -3, -3], 2)).toBe(0);
  });

  it('finds gain and bias of a wanted mean and deviation', () => {
    const { gain, bias } = gainAndBias([1, 3], 10, 4);
    expect([gain, bias]).toEqual([4, 2]);
    expect([1, 3].map((score) => score * gain + bias)).toEqual([6, 14]);
  });
});

describe('truncateResponses', () => {
  it('keeps the first end token, counts it and pads what follows', () => {
    // row 0 ends at slot 1, row 1 never, row 2 at once, row 3 in its last slot
    const rows = [
      [5, 0, 7, 0],
      [5, 6, 7, 8],
      [0, 5, 5, 5],
      [5, 6, 7, 0],
    ].flat();
    const { responses, hasEos, lengths } = truncateResponses(rows, 4, 0, 1);
    expect([...responses]).toEqual(
      [
        [5, 0, 1, 1],
        [5, 6, 7, 8],
        [0, 1, 1, 1],
        [5, 6, 7, 0],
      ].flat(),
    );
    expect([...hasEos]).toEqual([1, 0, 1, 1]);
    expect([...lengths]).toEqual([2, 4, 1, 4]);
  });

  it('does not write into its argument', () => {
    const rows = Int32Array.of(0, 9);
    truncateResponses(rows, 2, 0, 1);
    expect([...rows]).toEqual([0, 9]);
  });
});

describe('responseMask', () => {
  it('covers the real slots, and one more on request but never past the row', () => {
    expect([...responseMask([1, 3], 3)]).toEqual([1, 0, 0, 1, 1, 1]);
    expect([...responseMask([1, 3], 3, 1)]).toEqual([1, 1, 0, 1, 1, 1]);
  });
});
