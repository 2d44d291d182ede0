import { describe, expect, it } from 'vitest';
import { PreparedLine } from '../../src/ui/charts/preparedLine';
import { firstDifference } from '../../src/ui/state/answerDiff';
import { IDENTITY, stepMap } from '../../src/ui/charts/horizontal';
import { summarizeSeries, summarizeSpread } from '../../src/ui/state/chartSummary';
import { MetricBook, MetricSeries } from '../../src/ui/state/metricSeries';
import { smoothSeries } from '../../src/ui/state/smoothing';

describe('metric series', () => {
  it('keep all points while they fit and answer for any step', () => {
    const series = new MetricSeries();
    for (let step = 1; step <= 1000; step++) series.push(step, step * 2);
    expect(series.length).toBe(1000);
    expect(series.last()).toBe(2000);
    expect(series.at(10.5)).toBe(20);
    expect(series.at(0)).toBeNull();
    expect(series.recentMean(3)).toBe(1998);
  });

  it('drop the oldest points when the ring is full', () => {
    const series = new MetricSeries();
    for (let step = 0; step < 20_010; step++) series.push(step, step);
    const { steps } = series.points();
    expect(series.length).toBe(20_000);
    expect(steps[0]).toBe(10);
    expect(steps.at(-1)).toBe(20_009);
  });

  it('skip cells without a metric, by step and key', () => {
    const book = new MetricBook();
    book.add('sft', ['sft/loss', 'sft/eval_loss'], [1, 2], [0.9, NaN, 0.8, 0.7]);
    expect(book.series('sft', 'sft/loss')?.points()).toEqual({ steps: [1, 2], values: [0.9, 0.8] });
    expect(book.series('sft', 'sft/eval_loss')?.points()).toEqual({ steps: [2], values: [0.7] });
    expect(book.keys('sft')).toEqual(['sft/loss', 'sft/eval_loss']);
    expect(book.series('ppo', 'sft/loss')).toBeUndefined();
  });
});

describe('smoothing', () => {
  it('with weight 0 changes nothing', () => {
    expect(smoothSeries([3, 1, 2], 0)).toEqual([3, 1, 2]);
  });

  it('keeps a constant line constant from its first point', () => {
    for (const value of smoothSeries([5, 5, 5, 5], 0.9)) expect(value).toBeCloseTo(5, 12);
  });

  it('follows the hand-worked average', () => {
    expect(smoothSeries([1, 3], 0.5)[1]).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75, 12);
  });
});

describe('first difference of two answers', () => {
  it('marks the word where they part', () => {
    expect(firstDifference('The fox eats bread.', 'The fox eats cheese.')).toEqual({
      before: 'The fox eats ',
      marked: 'bread.',
      after: '',
    });
  });

  it('marks the first extra word of the longer answer only', () => {
    expect(firstDifference('It is red. I hope', 'It is red.').marked).toBe('I');
    expect(firstDifference('It is red.', 'It is red. I hope').marked).toBe('');
  });

  it('marks nothing in equal answers or without a partner', () => {
    expect(firstDifference('Same  words.', 'Same words.').marked).toBe('');
    expect(firstDifference('Alone.', undefined).before).toBe('Alone.');
  });
});

describe('sentences about charts and reward models', () => {
  it('say direction, ends and span', () => {
    const points = (steps: number[], values: number[]) => ({
      length: steps.length,
      step: (i: number) => steps[i],
      value: (i: number) => values[i],
    });
    expect(summarizeSeries('objective/kl', points([1, 2, 60], [0, 2, 6.2]), 'update')).toBe(
      'objective/kl rose from 0.00 nats to 6.20 nats between update 1 and 60.',
    );
    expect(summarizeSpread('objective/kl', points([1, 2, 60], [3, 2, 6.2]), 'update')).toBe(
      'Lowest 2.00 nats at update 2, highest 6.20 nats at update 60.',
    );
    expect(summarizeSeries('sft/loss', points([], []), 'step')).toContain('no points yet');
  });
});

describe('lines over another axis', () => {
  const map = stepMap({ steps: [1, 3, 5], values: [0.1, 0.9, 0.4] }, 0);

  it('take the newest value at or before a step and find their way back', () => {
    expect(map.toX(0)).toBeNaN();
    expect(map.toX(4)).toBe(0.9);
    expect(map.toX(99)).toBe(0.4);
    expect(map.toStep(0.45)).toBe(5);
    expect(IDENTITY.toStep(4.4)).toBe(4);
  });

  it('come out in order of x, smoothed in the order of their steps', () => {
    const series = new MetricSeries();
    [0, 1, 3, 5].forEach((step, i) => series.push(step, [9, 1, 2, 3][i]));
    const line = new PreparedLine();
    line.follow(series, 0, map);
    expect([...line.xs.slice(0, line.length)]).toEqual([0.1, 0.4, 0.9]);
    expect([...line.raw.slice(0, line.length)]).toEqual([1, 3, 2]);
  });
});
