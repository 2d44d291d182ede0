import { describe, expect, it } from 'vitest';
import { PreparedLine } from '../../src/ui/charts/preparedLine';
import { firstDifference } from '../../src/ui/state/answerDiff';
import { ChartLines } from '../../src/ui/charts/chartLines';
import { IDENTITY, stepMap, wholeRange } from '../../src/ui/charts/horizontal';
import { RisingMap } from '../../src/ui/charts/risingMap';
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

  it('are appended to where the axis only rises, and points that came before their place move on to it', () => {
    const [axis, losses, line] = [new MetricSeries(), new MetricSeries(), new PreparedLine()];
    const lines = new ChartLines();
    const mapOf = () => lines.mapOf({ series: () => axis }, 'sft', 'tokens', 0.9);
    axis.push(1, 100);
    [0, 1, 2, 3].forEach((step) => losses.push(step, step * 10));
    const map = mapOf();
    line.follow(losses, 0, map);
    // Step 0 has no place yet and never will have; of steps 2 and 3 it is not known.
    expect([...line.xs.slice(0, line.length)]).toEqual([100, 100, 100]);
    axis.push(2, 200);
    axis.push(3, 300);
    expect(mapOf()).toBe(map);
    line.follow(losses, 0, map);
    expect([...line.xs.slice(0, line.length)]).toEqual([100, 200, 300]);
    expect([...line.smooth.slice(0, line.length)]).toEqual([10, 20, 30]);
    const { makes } = line;
    axis.push(4, 400);
    losses.push(4, 40);
    line.follow(losses, 0, map);
    expect([line.makes, line.length, line.xs[3]]).toEqual([makes, 4, 400]);
    expect([0, 149, 151, 999].map(map.toStep)).toEqual([1, 1, 2, 4]);
  });

  it('are smoothed as a whole line would be, whichever points wait for their places', () => {
    const [axis, losses, line] = [new MetricSeries(), new MetricSeries(), new PreparedLine()];
    const map = new RisingMap(axis);
    const values = Array.from({ length: 400 }, (_, step) => Math.sin(step) + step / 100);
    values.forEach((value, step) => {
      losses.push(step, value);
      if (step % 5 === 0)
        for (let known = step === 0 ? 0 : step - 4; known <= step; known++) axis.push(known, known * 7);
      if (step % 3 === 0) line.follow(losses, 0.9, map);
    });
    for (let step = 396; step < 400; step++) axis.push(step, step * 7);
    line.follow(losses, 0.9, map);
    const [expected, whole] = [smoothSeries(values, 0.9), new PreparedLine()];
    whole.follow(losses, 0.9, new RisingMap(axis));
    expect(line.length).toBe(400);
    expected.forEach((value, i) => expect(line.smooth[i]).toBeCloseTo(value, 12));
    expect(line.xs.slice(0, 400)).toEqual(whole.xs.slice(0, 400));
    expect(line.rawExtremes.range(line.raw, 0, 400)).toEqual(whole.rawExtremes.range(whole.raw, 0, 400));
  });

  it('are put in order anew where the axis falls back', () => {
    const [axis, losses, line] = [new MetricSeries(), new MetricSeries(), new PreparedLine()];
    const lines = new ChartLines();
    [5, 9, 4].forEach((value, i) => axis.push(i, value));
    [1, 2, 3].forEach((value, i) => losses.push(i, value));
    line.follow(losses, 0, lines.mapOf({ series: () => axis }, 'sft', 'seconds', 0));
    expect([...line.xs.slice(0, line.length)]).toEqual([4, 5, 9]);
    expect([...line.raw.slice(0, line.length)]).toEqual([3, 1, 2]);
  });

  it('end at round numbers that rarely change, unless they count the planned steps', () => {
    expect(wholeRange('step', [0, 90], 200)).toEqual([0, 200]);
    expect(wholeRange('step', [], 0)).toEqual([0, 10]);
    expect(wholeRange('tokens', [3, 50_100], 200)).toEqual([0, 60_000]);
    expect(wholeRange('KL', [-0.21, 1.4], 0)).toEqual([expect.closeTo(-0.25, 12), expect.closeTo(1.4, 12)]);
    const ends = new Set<number>();
    for (let x = 10; x <= 10_000; x++) {
      const [, end] = wholeRange('seconds', [0, x], 0);
      expect(end).toBeGreaterThanOrEqual(x);
      expect(end).toBeLessThanOrEqual(x * 1.25);
      ends.add(end);
    }
    expect(ends.size).toBeLessThan(60);
  });
});
