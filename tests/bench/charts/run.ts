/**
 * How long the page needs to draw its charts: twelve charts, six runs, ten thousand points a line.
 *   npm run bench:charts
 * Script times are by the clock, so a busy machine stretches them; thread time counts this page alone.
 */
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { BROWSER_ARGS } from '../../../tools/browserArgs';
import { findBrowser } from '../../../tools/findBrowser';

/** Frames over which thread time is averaged. */
const FRAMES = 60;

const browserPath = findBrowser()?.path;
if (browserPath === undefined)
  throw new Error('bench:charts: no browser was found; expected Chromium, Chrome or Edge; set BROWSER_PATH.');
const server = await createServer({ server: { port: 0, hmr: false }, logLevel: 'error' });
await server.listen();
const browser = await chromium.launch({ executablePath: browserPath, args: BROWSER_ARGS });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(`${server.resolvedUrls!.local[0]}tests/bench/charts/index.html`);
  await page.waitForFunction(() => typeof window.bench === 'function', null, { timeout: 120_000 });
  const devtools = await page.context().newCDPSession(page);
  // Thread time leaves out what other programs on the machine take.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const threadSeconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  const result = await page.evaluate(() => window.bench());
  const before = await threadSeconds();
  await page.evaluate((frames) => window.drawFrames(frames), FRAMES);
  const threadMs = ((await threadSeconds()) - before) * 1000;
  const row = (name: string, { script, frame }: typeof result.whole) =>
    `${name.padEnd(22)} script ${script.median} ms, least ${script.least} ms, p95 ${script.p95} ms; frame to frame ${frame.median} ms, p95 ${frame.p95} ms`;
  const { charts, runs, points, first, whole, zoomed } = result;
  const lines = [
    `${charts} charts, ${runs} runs, ${points} points a line, a new point on every line each frame`,
    `first drawing          script ${first} ms, decimation of all lines included`,
    row('whole run', whole),
    row('zoomed to 600 steps', zoomed),
    `thread time            ${(threadMs / FRAMES).toFixed(2)} ms a frame over ${FRAMES} frames of the whole run, everything the main thread does`,
    `${browser.version()}, ${new Date().toISOString().slice(0, 10)}; aim: 4 ms`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await browser.close();
  await server.close();
}
