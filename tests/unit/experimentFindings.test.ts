import { expect, test } from 'vitest';
import { finding, verdictOf, type Contrast } from '../../src/experiment/findings';

const about = { id: 'x', claim: 'x', paper: 'x', source: 'x' };

function above(mean: number, half: number, n = 100): Contrast {
  return {
    what: 'a − b',
    expect: 'above',
    estimate: { mean, se: half / 1.96, low: mean - half, high: mean + half, n, seeds: 1 },
  };
}

const within = (mean: number, half: number, margin: number): Contrast => ({
  ...above(mean, half),
  expect: 'within',
  margin,
});

test.each([
  [0.2, 0.1, 'reproduced'],
  [0.2, 0.2, 'same direction, within noise'],
  [0.2, 0.3, 'same direction, within noise'],
  [0, 0.1, 'not reproduced'],
  [-0.05, 0.1, 'not reproduced'],
  [-0.2, 0.1, 'not reproduced'],
])('an effect of %f ± %f is %s', (mean, half, verdict) => {
  expect(verdictOf(above(mean, half))).toBe(verdict);
});

test.each([
  [0.01, 0.02, 'reproduced'],
  [-0.01, 0.02, 'reproduced'],
  [0.01, 0.05, 'same direction, within noise'],
  [-0.06, 0.005, 'not reproduced'],
])('a difference of %f ± %f within a margin of 0.05 is %s', (mean, half, verdict) => {
  expect(verdictOf(within(mean, half, 0.05))).toBe(verdict);
});

test('one unit alone reproduces nothing: its spread is unknown', () => {
  expect(verdictOf(above(0.5, 0, 1))).toBe('same direction, within noise');
  expect(verdictOf(above(0.5, Infinity))).toBe('same direction, within noise');
  expect(verdictOf({ ...within(0, 0, 0.05), estimate: above(0, 0, 1).estimate })).toBe('same direction, within noise');
});

test('a finding is as good as its worst part', () => {
  expect(finding(about, [above(0.2, 0.1), above(0.3, 0.1)]).verdict).toBe('reproduced');
  expect(finding(about, [above(0.2, 0.1), above(0.2, 0.3)]).verdict).toBe('same direction, within noise');
  const worst = finding(about, [above(0.2, 0.1), above(-0.2, 0.1), above(0.2, 0.3)]);
  expect(worst.verdict).toBe('not reproduced');
  expect(worst.parts.map(({ verdict }) => verdict)).toEqual([
    'reproduced',
    'not reproduced',
    'same direction, within noise',
  ]);
});

test('a finding with a part that was not run is not run, and keeps the parts that were', () => {
  const partial = finding(about, [above(0.2, 0.1), null]);
  expect(partial.verdict).toBe('not run');
  expect(partial.parts).toHaveLength(1);
  expect(finding(about, []).verdict).toBe('not run');
});
