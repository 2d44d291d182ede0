/**
 * What the page pays for its charts: twelve charts, six runs, ten thousand points a line, a new point every frame.
 *   npm run bench:charts
 * Times are processor time of the page's main thread, where a browser without a graphics card also rasters its canvases;
 * what other programs take does not count. Scenes are measured in turns, and frames without charts are taken off.
 */
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { BROWSER_ARGS } from '../../../tools/browserArgs';
import { findBrowser } from '../../../tools/findBrowser';

const SCENES = ['running', 'seconds', 'zoomed', 'moving'] as const;
const WORDS = {
  running: 'a run goes on',
  seconds: 'the same over seconds',
  zoomed: 'zoomed to 1,200 steps',
  moving: 'the axis moves each frame',
};
/** Frames of one measurement, and measurements of each scene. */
const FRAMES = 10;
const ROUNDS = 7;
const AIM_MS = 4;

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const highest = (values: readonly number[]) => Math.max(...values);

const browserPath = findBrowser()?.path;
if (browserPath === undefined)
  throw new Error('bench:charts: no browser was found; expected Chromium, Chrome or Edge; set BROWSER_PATH.');
const server = await createServer({ server: { port: 0, hmr: false }, logLevel: 'error' });
await server.listen();
const browser = await chromium.launch({ executablePath: browserPath, args: BROWSER_ARGS });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(`${server.resolvedUrls!.local[0]}tests/bench/charts/index.html`);
  await page.waitForFunction(() => typeof window.bench === 'object', null, { timeout: 120_000 });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const threadSeconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  /** Milliseconds a frame. */
  const cost = async (scene: (typeof SCENES)[number], hasCharts: boolean): Promise<number> => {
    const before = await threadSeconds();
    await page.evaluate(([scene, frames, has]) => window.bench.drawFrames(scene, frames, has), [
      scene,
      FRAMES,
      hasCharts,
    ] as const);
    return ((await threadSeconds()) - before) * (1000 / FRAMES);
  };
  const first = await cost('running', true);
  const times = { running: [] as number[], seconds: [] as number[], zoomed: [] as number[], moving: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const empty = await cost('running', false);
    for (const scene of SCENES) {
      // The first frame after another scene paints everything; it belongs to the change, not to the scene.
      await page.evaluate((scene) => window.bench.drawFrames(scene, 1, true), scene);
      times[scene].push((await cost(scene, true)) - empty);
    }
  }
  const { charts, runs, points } = await page.evaluate(() => window.bench);
  // Behind a fresh picture come ends that were added to it.
  const apart: number[] = [];
  for (const scene of ['running', 'seconds'] as const) {
    await page.evaluate(([scene, frames]) => window.bench.drawFrames(scene, frames, true), [scene, FRAMES] as const);
    apart.push(await page.evaluate((scene) => window.bench.difference(scene), scene));
  }
  const row = (name: string, values: readonly number[]) =>
    `${name.padEnd(26)} ${middle(values).toFixed(2)} ms a frame, at most ${highest(values).toFixed(2)}`;
  const lines = [
    `${charts} charts, ${runs} runs, ${points} points a line; processor time of the main thread, raster included`,
    `${`first ${FRAMES} frames`.padEnd(26)} ${first.toFixed(1)} ms a frame, decimation of all lines included`,
    ...SCENES.map((scene) => row(WORDS[scene], times[scene])),
    `grown against drawn at once ${apart.map((share) => share.toFixed(3)).join(' and ')} % of the ink differs, by steps and by seconds`,
    `${ROUNDS} times ${FRAMES} frames each; Chromium ${browser.version()}, ${new Date().toISOString().slice(0, 10)}; aim: ${AIM_MS} ms while a run goes on`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await browser.close();
  await server.close();
}
