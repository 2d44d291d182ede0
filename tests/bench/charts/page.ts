/** Twelve charts of six runs with ten thousand points each, drawn as the page draws them; `window.bench` draws on. */
import 'uplot/dist/uPlot.min.css';
import '../../../src/ui/styles/tokens.css';
import { stream } from '../../../src/data/random';
import { METRIC_KEYS } from '../../../src/metrics/metrics';
import { ChartLines } from '../../../src/ui/charts/chartLines';
import { chartSpec, DEFAULT_CHARTS } from '../../../src/ui/charts/chartSpecs';
import { EMPTY_VIEW, type ChartView } from '../../../src/ui/charts/chartView';
import { wholeRange, type Axis } from '../../../src/ui/charts/horizontal';
import { LineChart } from '../../../src/ui/charts/lineChart';
import { MetricBook } from '../../../src/ui/state/metricSeries';
import { RUN_COLOURS, type RunSeries } from '../../../src/ui/state/runShelf.svelte';

const POINTS = 10_000;
const SIZE = { width: 262, height: 118 };
const random = stream(1, 'bench/charts');
const metrics = [...DEFAULT_CHARTS.ppo, ...METRIC_KEYS.filter((key) => key.startsWith('policy/'))]
  .filter((key, i, all) => all.indexOf(key) === i)
  .slice(0, 12);
/** What the charts show, and the seconds they may be drawn over. */
const keys = [...metrics, 'perf/wall_s'] as const;

/** A run with every metric; `points` of them. */
function makeRun(points: number): MetricBook {
  const book = new MetricBook();
  for (let step = 0; step < points; step++) addStep(book, step);
  return book;
}

function addStep(book: MetricBook, step: number): void {
  book.add(
    'ppo',
    keys,
    [step],
    keys.map((key, i) => (key === 'perf/wall_s' ? step * 0.4 : Math.sin(step / 900 + i) + 0.3 * random.gaussian())),
  );
}

const overlays = RUN_COLOURS.map((colour, i): RunSeries => {
  const book = makeRun(POINTS);
  const series: RunSeries['series'] = (stage, key) => book.series(stage, key);
  return { id: `run ${i}`, name: `run ${i}`, colour, settings: null, series, keys: (stage) => book.keys(stage) };
});
const own = makeRun(POINTS);
let newest = POINTS;

const host = document.getElementById('charts')!;
host.style.cssText = 'display: grid; grid-template-columns: repeat(4, 262px)';
const charts = metrics.map((metric) => {
  const box = document.createElement('div');
  host.append(box);
  const nothing = () => {};
  const chart = new LineChart(box, SIZE, { hover: nothing, pick: nothing, zoom: nothing });
  return { chart, lines: new ChartLines(), spec: chartSpec(metric, 'ppo') };
});

function viewOf({ lines, spec }: (typeof charts)[number], { axis = 'step', range }: Shown): ChartView {
  const wish = { spec, own, overlays, axis, weight: 0.7, ownLabel: null, companionLabel: null };
  const drawn = lines.prepare(wish);
  const ends = drawn.map(({ line }) => line.xs[line.length - 1]);
  return {
    ...EMPTY_VIEW,
    lines: drawn,
    range: range ?? wholeRange(axis, ends, POINTS + 2000),
    newest: lines.mapOf(own, 'ppo', axis, wish.weight).toX(newest),
  };
}

/** uPlot draws in a microtask after it was told to. */
async function draw(shown: Shown): Promise<void> {
  for (const entry of charts) entry.chart.update(viewOf(entry, shown));
  await Promise.resolve();
  await Promise.resolve();
}

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** What the horizontal axis shows while a run goes on. */
const SCENES: Record<Scene, () => Shown> = {
  // As long as the run is planned to be.
  running: () => ({}),
  seconds: () => ({ axis: 'seconds' }),
  zoomed: () => ({ range: [newest - (newest % 600) - 600, newest - (newest % 600) + 600] }),
  // Every frame moves the axis, so that everything is painted anew.
  moving: () => ({ range: [0, newest] }),
};

/** Draws frames of a scene, a new point on every line of the own run in each; without charts, only the points are added. */
async function drawFrames(scene: Scene, frames: number, hasCharts: boolean): Promise<void> {
  for (let i = 0; i < frames; i++) {
    addStep(own, newest++);
    if (hasCharts) await draw(SCENES[scene]());
    await frame();
  }
}

/** Sum of the differences of all colour values between the charts as they have grown and charts drawn at once, in percent. */
async function difference(scene: Scene): Promise<number> {
  let [apart, all] = [0, 0];
  for (const entry of charts) {
    const box = document.createElement('div');
    host.append(box);
    const nothing = () => {};
    const fresh = new LineChart(box, SIZE, { hover: nothing, pick: nothing, zoom: nothing });
    for (const chart of [entry.chart, fresh]) chart.update(viewOf(entry, SCENES[scene]()));
    await frame();
    const pixels = [entry.chart, fresh].map(({ surface }) => {
      const canvas = surface.parentElement!.querySelector('canvas')!;
      return canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
    });
    pixels[0].forEach((value, i) => {
      apart += Math.abs(value - pixels[1][i]);
      all += pixels[1][i];
    });
    fresh.destroy();
    box.remove();
  }
  return (100 * apart) / all;
}

interface Shown {
  axis?: Axis;
  /** All of the axis when absent. */
  range?: [number, number];
}
type Scene = 'running' | 'seconds' | 'zoomed' | 'moving';

declare global {
  interface Window {
    bench: {
      charts: number;
      runs: number;
      points: number;
      drawFrames: typeof drawFrames;
      difference: typeof difference;
    };
  }
}
window.bench = { charts: charts.length, runs: overlays.length + 1, points: POINTS, drawFrames, difference };
