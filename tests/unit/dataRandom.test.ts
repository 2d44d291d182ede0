import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, fingerprint, stream } from '../../src/data/random';

const draws = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

/** Pearson correlation of two equally long lists. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (x: readonly number[], mx: number, y: readonly number[], my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return dot(a, ma, b, mb) / Math.sqrt(dot(a, ma, a, ma) * dot(b, mb, b, mb));
}

describe('stream', () => {
  it('gives the same numbers for the same seed and name, and spells seeds as text', () => {
    expect(draws(stream(7, 'pages'), 50)).toEqual(draws(stream('7', 'pages'), 50));
  });

  it('keeps its numbers for good', () => {
    const random = stream(7, 'pages');
    expect(Array.from({ length: 3 }, () => random.uint32())).toMatchInlineSnapshot(`
      [
        808186294,
        782705276,
        902427029,
      ]
    `);
  });

  it('gives unrelated numbers for neighbouring seeds and names', () => {
    const base = draws(stream(7, 'pages'), 5000);
    for (const other of [stream(8, 'pages'), stream(7, 'page'), stream(7, 'prompts')]) {
      expect(Math.abs(correlation(base, draws(other, 5000)))).toBeLessThan(0.05);
    }
  });

  it('fills [0, 1) evenly', () => {
    const bins = new Array<number>(10).fill(0);
    for (const value of draws(stream(1, 'bins'), 20_000)) bins[Math.floor(value * 10)]++;
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(220);
  });
});

describe('Random', () => {
  it('continues from a stored state with the very next number', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(100), (seed, before) => {
        const random = stream(seed, 'resume');
        draws(random, before);
        const copy = new Random(random.state());
        expect(draws(copy, 20)).toEqual(draws(random, 20));
      }),
    );
  });

  it('shuffles into a permutation and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        const shuffled = stream(seed, 'shuffle').shuffle(items);
        expect(items).toEqual(before);
        expect([...shuffled].sort()).toEqual([...before].sort());
      }),
    );
  });

  it('weighs', () => {
    const random = stream(3, 'weights');
    const picks = Array.from({ length: 10_000 }, () => random.weighted(['a', 'b', 'c'], [1, 0, 3]));
    expect(picks).not.toContain('b');
    expect(picks.filter((pick) => pick === 'c').length / picks.length).toBeCloseTo(0.75, 1);
  });

  it('draws normal numbers with the mean and deviation asked for', () => {
    const random = stream(3, 'normal');
    const values = Array.from({ length: 20_000 }, () => random.gaussian(2, 3));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(2, 0);
    expect(Math.sqrt(variance)).toBeCloseTo(3, 0);
  });

  it('refuses to choose from nothing', () => {
    expect(() => stream(1, 'empty').pick([])).toThrow(RangeError);
  });
});

it('fingerprints differ for different texts', () => {
  const texts = Array.from({ length: 2000 }, (_, i) => `text ${i}`);
  expect(new Set(texts.map(fingerprint)).size).toBe(texts.length);
});
