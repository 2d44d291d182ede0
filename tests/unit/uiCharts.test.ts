import { describe, expect, it } from 'vitest';
import { Extremes } from '../../src/ui/charts/extremes';
import { chartFrame } from '../../src/ui/charts/lineChart';
import { EMPTY_VIEW, type ChartView, type Palette } from '../../src/ui/charts/chartView';
import { paintChart, paintTails } from '../../src/ui/charts/paintFrame';
import { SvgPen } from '../../src/ui/charts/pen';
import { PreparedLine } from '../../src/ui/charts/preparedLine';
import { LINEAR, logScale, niceTicks } from '../../src/ui/charts/scaleY';
import { MetricBook, MetricSeries } from '../../src/ui/state/metricSeries';
import { setLanguage } from '../../src/ui/messages/words.svelte';
import { MOST_OVERLAID, RunShelf, settingsDifference } from '../../src/ui/state/runShelf.svelte';
import { smoothSeries } from '../../src/ui/state/smoothing';
import { stream } from '../../src/data/random';

function noisySeries(count: number, seed = 1): MetricSeries {
  const random = stream(seed, 'chart');
  const series = new MetricSeries();
  for (let step = 0; step < count; step++) series.push(step, Math.sin(step / 300) + random.gaussian() * 0.2);
  return series;
}

describe('extremes of a line', () => {
  const values = Float64Array.from(noisySeries(1000).points().values);

  it.each([1, 5, 700, 1000])('are those of every range, appended %i at a time', (count) => {
    const extremes = new Extremes();
    for (let from = 0; from < 1000; from += count) extremes.extend(values, from, Math.min(from + count, 1000));
    for (const [from, to] of [
      [0, 1000],
      [0, 1],
      [17, 613],
      [255, 257],
    ]) {
      const part = [...values.slice(from, to)];
      expect(extremes.range(values, from, to)).toEqual([Math.min(...part), Math.max(...part)]);
    }
  });

  it('leave out what is not finite', () => {
    const extremes = new Extremes();
    const broken = Float64Array.of(1, NaN, Infinity, 3);
    extremes.extend(broken, 0, 4);
    expect(extremes.range(broken, 0, 4)).toEqual([1, 3]);
    expect(extremes.range(broken, 1, 3)).toBeNull();
  });

  it('choose blocks so that a line needs at most two points a pixel', () => {
    const extremes = new Extremes();
    const long = Float64Array.from(noisySeries(10_000).points().values);
    extremes.extend(long, 0, long.length);
    const level = extremes.levelFor(10_000, 200);
    expect(10_000 / extremes.blockSize(level)).toBeLessThanOrEqual(200);
    expect(extremes.levelFor(300, 200)).toBe(-1);
  });
});

describe('a prepared line', () => {
  it('is smoothed as a whole line would be, though its points come one by one', () => {
    const series = new MetricSeries();
    const line = new PreparedLine();
    const { values } = noisySeries(500).points();
    values.forEach((value, step) => {
      series.push(step, value);
      if (step % 7 === 0) line.follow(series, 0.9);
    });
    line.follow(series, 0.9);
    const expected = smoothSeries(values, 0.9);
    expect(line.length).toBe(500);
    expected.forEach((value, i) => expect(line.smooth[i]).toBeCloseTo(value, 12));
    line.follow(series, 0);
    expect([...line.smooth.slice(0, 500)]).toEqual(values);
  });

  it('follows a series whose oldest points fall out', () => {
    const series = noisySeries(20_005);
    const line = new PreparedLine();
    line.follow(series, 0);
    expect(line.xs[0]).toBe(5);
    for (let step = 20_005; step < 20_010; step++) series.push(step, 1);
    line.follow(series, 0);
    expect([line.xs[0], line.length, line.xs[line.length - 1]]).toEqual([10, 20_000, 20_009]);
  });

  it('gives the newest value at or before a place', () => {
    const line = new PreparedLine();
    const series = new MetricSeries();
    [2, 4, 8].forEach((step) => series.push(step, step * 10));
    line.follow(series, 0);
    expect([1, 2, 5, 8, 99].map((x) => line.valueAt(x))).toEqual([null, 20, 40, 80, 80]);
  });
});

describe('vertical scales', () => {
  it('give ticks that can be read', () => {
    expect(niceTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1].map((tick) => expect.closeTo(tick, 12)));
    expect(LINEAR.ticks(-0.5, 1.5, 4)).toEqual([-0.5, 0, 0.5, 1, 1.5]);
    expect(logScale(1e-4, 1).ticks(1e-4, 1, 4)).toEqual([expect.closeTo(1e-4, 12), 0.01, 1]);
  });

  it('find their way back, also below zero', () => {
    for (const scale of [LINEAR, logScale(0.01, 5), logScale(-3, 8)])
      for (const value of [0.02, 0.5, 4]) expect(scale.toValue(scale.toUnit(value))).toBeCloseTo(value, 10);
    const signed = logScale(-3, 8);
    expect(signed.toUnit(-2)).toBeCloseTo(-signed.toUnit(2), 12);
  });
});

describe('a painted chart', () => {
  const palette = new Proxy({} as Palette, { get: (_, name) => `colour-${String(name)}` });

  function paint(points: number, more: Partial<ChartView> = {}): string {
    const line = new PreparedLine();
    line.follow(noisySeries(points), 0.9);
    const drawn = { line, colour: 'ppo' as const, stroke: 'solid' as const, label: null, isOverlay: false };
    const view = { ...EMPTY_VIEW, lines: [drawn], range: [0, points] as [number, number], ...more };
    const pen = new SvgPen();
    paintChart(pen, chartFrame(view, { width: 260, height: 140 }, palette, 2));
    return pen.file(260, 140, 'white', 'KL <rose>');
  }

  it('draws a long line with at most two points a pixel, over a band', () => {
    const svg = paint(10_000);
    const line = /<path d="([^"]+)" fill="none" stroke="colour-ppo" stroke-width="2"/.exec(svg)![1];
    expect(line.split('L').length).toBeLessThanOrEqual(2 * 202 + 2);
    expect(svg).toMatch(/Z" fill="colour-ppo"/);
  });

  it('adds the points that came after a picture of the line, from the last one on it', () => {
    const series = noisySeries(60);
    const line = new PreparedLine();
    line.follow(series, 0.9);
    const drawn = { line, colour: 'ppo' as const, stroke: 'solid' as const, label: null, isOverlay: false };
    const frame = () =>
      chartFrame({ ...EMPTY_VIEW, lines: [drawn], range: [0, 100] }, { width: 260, height: 140 }, palette, 2);
    const tails = (lengths: readonly number[]) => {
      const pen = new SvgPen();
      paintTails(pen, frame(), lengths);
      return [...pen.file(260, 140, 'white', '').matchAll(/<path d="([^"]+)"/g)].map(
        ([, path]) => path.split('L').length,
      );
    };
    expect(tails([60])).toEqual([]);
    for (let step = 60; step < 65; step++) series.push(step, 0);
    line.follow(series, 0.9);
    // The ghost and the line, each with five new points behind the last one of the picture.
    expect(tails([60])).toEqual([6, 6]);
    // Nothing of it has been painted: all of it is for the picture.
    expect(tails([0])).toEqual([]);
  });

  it('knows when a line was made anew, so that no picture of it holds', () => {
    const series = noisySeries(60);
    const line = new PreparedLine();
    line.follow(series, 0.9);
    const { makes } = line;
    series.push(60, 1);
    line.follow(series, 0.9);
    expect(line.makes).toBe(makes);
    line.follow(series, 0.5);
    expect(line.makes).toBe(makes + 1);
  });

  it('draws a short line point by point, over its ghost', () => {
    const svg = paint(60);
    const widths = [...svg.matchAll(/stroke="colour-ppo" stroke-width="(\d)"/g)].map(([, width]) => width);
    expect(widths).toEqual(['1', '2', '2']);
    expect(/<path d="([^"]+)" fill="none" stroke="colour-ppo" stroke-width="2"/.exec(svg)![1].split('L')).toHaveLength(
      60,
    );
  });

  it('names markers and escapes what is said about it', () => {
    const svg = paint(60, { markers: [{ x: 30, label: 'β 0.02' }] });
    expect(svg).toContain('β 0.02');
    expect(svg).toContain('<title>KL &lt;rose&gt;</title>');
    expect(svg.split('<g').length).toBe(svg.split('</g>').length);
  });
});

describe('the shelf of earlier runs', () => {
  const settings = { version: 1 as const, preset: 'nano' as const, recipe: 'proven' as const, overrides: {} };
  const book = () => {
    const made = new MetricBook();
    made.add('ppo', ['objective/kl'], [1, 2], [0, 1]);
    return made;
  };

  it('takes the lines of a run over and shows at most five of them', () => {
    const shelf = new RunShelf();
    const lines = book();
    shelf.keep('amber-otter', settings, lines);
    expect(lines.hasPoints).toBe(false);
    expect(shelf.overlays[0].series('ppo', 'objective/kl')?.length).toBe(2);
    for (let i = 0; i < 7; i++) shelf.keep(`run-${i}`, settings, book());
    expect(shelf.overlays).toHaveLength(MOST_OVERLAID - 1);
    expect(new Set(shelf.overlays.map(({ colour }) => colour)).size).toBe(5);
    shelf.keep('empty', settings, new MetricBook());
    expect(shelf.runs.map(({ name }) => name)).not.toContain('empty');
  });

  it('says what sets a run apart', () => {
    const overrides = { 'ppo.klCoef': 0, 'ppo.learningRate': 4e-4 };
    expect(settingsDifference({ ...settings, overrides })).toBe('nano, Learning rate 4e-4, β 0');
    expect(settingsDifference(settings)).toBe('nano');
  });

  it('names what sets a run apart from those beside it before what they share', () => {
    const short = { 'data.rankings': 24, 'rm.epochs': 1, 'ppo.batchSize': 8, 'ppo.iterations': 6 };
    const listed = [{}, { 'ppo.klCoef': 0 }].map((more) => ({ ...settings, overrides: { ...short, ...more } }));
    expect(settingsDifference(listed[1])).not.toContain('β');
    expect(settingsDifference(listed[1], listed)).toMatch(/^nano, β 0, .*, \+2$/);
  });

  it('says it in the language on screen', async () => {
    await setLanguage('de');
    const overrides = { 'ppo.learningRate': 4e-4 };
    expect(settingsDifference({ ...settings, overrides })).toBe('nano, Lernrate 4e-4');
    await setLanguage('en');
  });
});
