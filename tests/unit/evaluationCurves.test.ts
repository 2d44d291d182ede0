import { describe, expect, it } from 'vitest';
import { bestOfNCurve } from '../../src/evaluation/bestOfN';
import { stream } from '../../src/data/random';
import { fitFromNearest, fitGold, fittedCurve, goldReward, type CurvePoint } from '../../src/metrics/overOptimisation';

const DISTANCES = [0.3, 0.7, 1.2, 2, 3, 4.5];

/** Points that lie exactly on a law, gains counted from `start`. */
function onTheLaw(method: 'bestOfN' | 'rl', alpha: number, beta: number, start: number): CurvePoint[] {
  return DISTANCES.map((d) => ({ kl: d * d, proxy: d, gold: start + goldReward(method, d, alpha, beta) }));
}

describe('the over-optimisation fit', () => {
  it.each([
    ['bestOfN', 0.6, 0.12],
    ['rl', 0.4, 0.2],
    ['rl', 0.5, -0.1],
  ] as const)('gives back the coefficients of %s, α %f and β %f', (method, alpha, beta) => {
    const fit = fitGold(onTheLaw(method, alpha, beta, 0.35), method, 0.35);
    expect(fit.alpha).toBeCloseTo(alpha, 8);
    expect(fit.beta).toBeCloseTo(beta, 8);
    expect(fit.rSquared).toBeCloseTo(1, 10);
  });

  it.each(['bestOfN', 'rl'] as const)('places the peak of %s where the curve is highest', (method) => {
    const fit = fitGold(onTheLaw(method, 0.5, 0.25, 0.1), method, 0.1);
    const curve = fittedCurve(fit, 6, 6000);
    const highest = curve.reduce((best, point) => (point[1] > best[1] ? point : best));
    expect(fit.peak!.d).toBeCloseTo(highest[0], 2);
    expect(fit.peak!.gold).toBeCloseTo(highest[1], 5);
  });

  it('reports no peak where the fitted curve only rises or only falls', () => {
    expect(fitGold(onTheLaw('bestOfN', 0.5, -0.1, 0), 'bestOfN', 0).peak).toBeNull();
    expect(fitGold(onTheLaw('rl', -0.5, 0.1, 0), 'rl', 0).peak).toBeNull();
  });

  it('leaves points at the start out, where both terms are 0', () => {
    const points = onTheLaw('rl', 0.4, 0.2, 0);
    const fit = fitGold([{ kl: 0, proxy: 0, gold: 9 }, { kl: -0.01, proxy: 0, gold: 9 }, ...points], 'rl', 0);
    expect(fit.alpha).toBeCloseTo(0.4, 8);
    expect(fit.n).toBe(points.length);
  });

  it('comes near the coefficients from noisy points', () => {
    const random = stream(1, 'noise');
    const points = Array.from({ length: 80 }, (_, i) => {
      const d = 0.1 + (i / 80) * 4;
      return { kl: d * d, proxy: 0, gold: goldReward('rl', d, 0.5, 0.25) + random.gaussian(0, 0.05) };
    });
    const fit = fitGold(points, 'rl', 0);
    expect(Math.abs(fit.alpha - 0.5)).toBeLessThan(0.03);
    expect(Math.abs(fit.beta - 0.25)).toBeLessThan(0.03);
    expect(fit.rSquared).toBeGreaterThan(0.5);
  });

  it('refuses to fit two numbers to one distance', () =>
    expect(() => fitGold([{ kl: 1, proxy: 0, gold: 1 }], 'rl', 0)).toThrow(/1 distances above 0/));

  it('counts gains from the nearest point, and waits until there are enough others', () => {
    const points = [...onTheLaw('bestOfN', 0.5, 0.1, 0.2), { kl: 0, proxy: 0, gold: 0.2 }];
    expect(fitFromNearest(points, 'bestOfN', 6)).toMatchObject({ start: 0.2, n: 6 });
    expect(fitFromNearest(points, 'bestOfN', 7)).toBeNull();
    expect(fitFromNearest([], 'rl')).toBeNull();
  });
});

describe('best of n', () => {
  const proxy = [
    [0.1, 0.9, 0.5, 0.3],
    [2, 1, 4, 3],
  ];
  const gold = [
    [1, 0, 0.5, 0.25],
    [0.2, 0.1, 0.4, 0.3],
  ];

  it('with n 1 is the plain policy: the means, at KL 0', () => {
    const [plain] = bestOfNCurve(proxy, gold, [1]);
    expect(plain.kl).toBe(0);
    expect(plain.proxy.values[0]).toBeCloseTo(0.45, 12);
    expect(plain.gold.mean).toBeCloseTo((0.4375 + 0.25) / 2, 12);
  });

  it('with n of all answers is the one with the highest proxy', () => {
    const [best] = bestOfNCurve(proxy, gold, [4]);
    expect(best.proxy.values).toEqual([0.9, 4].map((value) => expect.closeTo(value, 12)));
    expect(best.gold.values).toEqual([0, 0.4].map((value) => expect.closeTo(value, 12)));
    expect(best.kl).toBeCloseTo(Math.log(4) - 0.75, 12);
  });

  it('between them is the average over all subsets of n', () => {
    const pairs = [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ];
    const [two] = bestOfNCurve(proxy, gold, [2]);
    const chosen = pairs.map(([a, b]) => (proxy[0][a] > proxy[0][b] ? a : b));
    expect(two.gold.values[0]).toBeCloseTo(chosen.reduce((sum, i) => sum + gold[0][i], 0) / pairs.length, 12);
  });

  it('refuses an n above the answers there are', () =>
    expect(() => bestOfNCurve(proxy, gold, [5])).toThrow(/expected 1 to 4/));
});
