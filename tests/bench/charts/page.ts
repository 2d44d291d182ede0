/** Twelve charts of six runs with ten thousand points each, drawn as the page draws them; `window.bench` measures. */
import 'uplot/dist/uPlot.min.css';
import '../../../src/ui/styles/tokens.css';
import { stream } from '../../../src/data/random';
import { METRIC_KEYS } from '../../../src/metrics/metrics';
import { ChartLines } from '../../../src/ui/charts/chartLines';
import { chartSpec, DEFAULT_CHARTS } from '../../../src/ui/charts/chartSpecs';
import { EMPTY_VIEW, type ChartView } from '../../../src/ui/charts/chartView';
import { LineChart } from '../../../src/ui/charts/lineChart';
import { MetricBook } from '../../../src/ui/state/metricSeries';
import { RUN_COLOURS, type RunSeries } from '../../../src/ui/state/runShelf.svelte';

const POINTS = 10_000;
const SIZE = { width: 262, height: 118 };
const random = stream(1, 'bench/charts');
const metrics = [...DEFAULT_CHARTS.ppo, ...METRIC_KEYS.filter((key) => key.startsWith('policy/'))]
  .filter((key, i, all) => all.indexOf(key) === i)
  .slice(0, 12);

/** A run with every metric; `points` of them. */
function makeRun(points: number): MetricBook {
  const book = new MetricBook();
  for (let step = 0; step < points; step++) addStep(book, step);
  return book;
}

function addStep(book: MetricBook, step: number): void {
  book.add(
    'ppo',
    metrics,
    [step],
    metrics.map((_, i) => Math.sin(step / 900 + i) + 0.3 * random.gaussian()),
  );
}

const overlays = RUN_COLOURS.map((colour, i): RunSeries => {
  const book = makeRun(POINTS);
  const series: RunSeries['series'] = (stage, key) => book.series(stage, key);
  return { id: `run ${i}`, name: `run ${i}`, colour, difference: '', series, keys: (stage) => book.keys(stage) };
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

function viewOf({ lines, spec }: (typeof charts)[number], range: [number, number]): ChartView {
  const wish = { spec, own, overlays, axis: 'step' as const, weight: 0.7, ownLabel: null, companionLabel: null };
  return { ...EMPTY_VIEW, lines: lines.prepare(wish), range, newest };
}

/** uPlot draws in a microtask after it was told to. */
async function draw(range: [number, number]): Promise<number> {
  const begun = performance.now();
  for (const entry of charts) entry.chart.update(viewOf(entry, range));
  await Promise.resolve();
  await Promise.resolve();
  return performance.now() - begun;
}

function spread(times: number[]): { least: number; median: number; p95: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Number(sorted[Math.floor((sorted.length - 1) * share)].toFixed(2));
  return { least: at(0), median: at(0.5), p95: at(0.95) };
}

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Draws `frames` frames, a new point on every line in each. @returns milliseconds of script a frame, and of the frame itself */
async function measure(frames: number, range: () => [number, number]) {
  const scripts: number[] = [];
  const gaps: number[] = [];
  let last = await frame();
  for (let i = 0; i < frames; i++) {
    addStep(own, newest++);
    scripts.push(await draw(range()));
    const now = await frame();
    gaps.push(now - last);
    last = now;
  }
  return { script: spread(scripts), frame: spread(gaps) };
}

async function bench() {
  const first = await draw([0, newest]);
  await measure(10, () => [0, newest]);
  const whole = await measure(60, () => [0, newest]);
  const zoomed = await measure(60, () => [newest - 600, newest]);
  return {
    charts: charts.length,
    runs: overlays.length + 1,
    points: POINTS,
    first: Number(first.toFixed(1)),
    whole,
    zoomed,
  };
}

/** Draws the whole run again and again, a new point on every line each time. */
async function drawFrames(frames: number): Promise<void> {
  for (let i = 0; i < frames; i++) {
    addStep(own, newest++);
    await draw([0, newest]);
    await frame();
  }
}

declare global {
  interface Window {
    bench: typeof bench;
    drawFrames: typeof drawFrames;
  }
}
window.bench = bench;
window.drawFrames = drawFrames;
