import { describe, expect, it } from 'vitest';
import { healthCheck } from '../../src/ui/state/healthCheck';
import {
  bestSteepness,
  calibration,
  lengthAccuracy,
  mostWrongFirst,
  pairAccuracy,
  scoredPairs,
  scoreHistogram,
  sigmoid,
  wilson,
  type ScoredPair,
} from '../../src/ui/state/rewardFigures';
import { stream } from '../../src/data/random';
import type { RewardReport } from '../../src/worker/protocol';

const answer = (rank: number, score: number, length = 5) => ({ text: `${rank}`, rank, score, length });
const report = (...rankings: ReturnType<typeof answer>[][]): RewardReport => ({
  source: 'run',
  rankings: rankings.map((answers, i) => ({ prompt: `p${i}`, answers })),
  demonstrations: [0.1, -0.1],
});

describe('pairs of held-out rankings', () => {
  it('leave ties out and keep the ranked order', () => {
    const pairs = scoredPairs(report([answer(1, 0.2), answer(0, 1), answer(1, -1)]));
    expect(pairs.map(({ chosen, rejected }) => [chosen, rejected])).toEqual([
      [1, 0.2],
      [1, -1],
    ]);
    expect(pairAccuracy(pairs)).toMatchObject({ share: 1, n: 2 });
  });

  it('know how far length alone would get', () => {
    const pairs = scoredPairs(report([answer(0, 0, 3), answer(1, 0, 9), answer(2, 0, 9)]));
    expect(lengthAccuracy(pairs)).toEqual({ share: expect.closeTo(2.5 / 3, 12), prefers: 'shorter' });
  });

  it('put the ranking first that the model orders worst', () => {
    const fine = [answer(0, 1), answer(1, 0)];
    const wrong = [answer(0, -1), answer(1, 2)];
    expect(mostWrongFirst(report(fine, wrong, fine))).toEqual([1, 0, 2]);
  });
});

describe('figures of the reward model', () => {
  const random = stream(1, 'pairs');
  /** Pairs of a model whose margins are log-odds times one half. */
  const pairs: ScoredPair[] = Array.from({ length: 6000 }, (_, ranking) => {
    const margin = 4 * random.next() - 2;
    const isFirst = random.next() < sigmoid(margin / 2);
    const [chosen, rejected] = isFirst ? [margin, 0] : [0, margin];
    return { chosen, rejected, chosenLength: 1, rejectedLength: 1, ranking };
  });

  it('count every pair once', () => {
    const bins = scoreHistogram(pairs, 20);
    expect(bins.reduce((sum, { chosen }) => sum + chosen, 0)).toBe(6000);
    expect(bins.reduce((sum, { rejected }) => sum + rejected, 0)).toBe(6000);
    expect(scoreHistogram([], 20)).toEqual([]);
  });

  it('find the steepness that made the data, and points on its curve', () => {
    expect(bestSteepness(pairs)).toBeCloseTo(0.5, 1);
    for (const { margin, low, high } of calibration(pairs, 6)) {
      expect(low).toBeLessThan(sigmoid(margin / 2) + 0.03);
      expect(high).toBeGreaterThan(sigmoid(margin / 2) - 0.03);
    }
  });

  it('intervals stay inside and narrow with more pairs', () => {
    expect(wilson(0, 10).low).toBeGreaterThanOrEqual(0);
    expect(wilson(10, 10).high).toBeLessThanOrEqual(1);
    expect(wilson(700, 1000).high - wilson(700, 1000).low).toBeLessThan(wilson(7, 10).high - wilson(7, 10).low);
  });
});

describe('the health check', () => {
  const metrics = { heldOutAccuracy: 0.69, trainingAccuracy: 0.9, margin: 0.5, lengthCorrelation: null, report: null };

  it('passes, warns and waits by the numbers of training', () => {
    expect(healthCheck(metrics).map(({ state }) => state)).toEqual(['pass', 'pass', 'waiting', 'waiting', 'warn']);
  });

  it('asks for more than length alone gives, for an unlinked length and a zero offset', () => {
    // Right in three of four pairs, but the longer answer always wins.
    const rankings = [
      [answer(0, 1, 9), answer(1, 0, 2)],
      [answer(0, 1, 9), answer(1, 0, 2)],
      [answer(0, 1, 9), answer(1, 0, 2)],
      [answer(0, -1, 9), answer(1, 0, 2)],
    ];
    const lines = healthCheck({ ...metrics, trainingAccuracy: null, report: report(...rankings) });
    expect(lines.map(({ state }) => state)).toEqual(['warn', 'pass', 'pass', 'pass']);
    expect(lines[0].reason).toContain('1.00');
    const shifted = { ...report(...rankings), demonstrations: [0.8] };
    expect(healthCheck({ ...metrics, report: shifted })[3].state).toBe('warn');
  });

  it('warns of a score that follows length', () => {
    const rankings = [
      [answer(0, 3, 9), answer(1, 1, 3)],
      [answer(0, 2.5, 8), answer(1, 0.9, 2)],
    ];
    expect(healthCheck({ ...metrics, report: report(...rankings) })[2].state).toBe('warn');
  });
});
