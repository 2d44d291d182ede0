/**
 * How long a visitor waits for the first frame of training: the built page, its service worker installed and its files in
 * the cache, a browser process of its own for every try.
 *   npm run bench:start -- --engines wasm,webgpu --rest 0,5 --runs 5
 * Times are by the clock, so a busy machine stretches them; processor time of all browser processes stands beside them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type BrowserContext } from 'playwright-core';
import { build, preview } from 'vite';
import { BROWSER_ARGS } from '../../../tools/browserArgs';
import { findBrowser } from '../../../tools/findBrowser';
import { processorSeconds } from './processorTime';
import { formatStarts, type Start } from './startTable';
import { watchPage } from './watchPage';

const PLANS = { ppo: 'Watch PPO now', all: 'Do all three steps' } as const;
/** A software GPU on a busy machine compiles for minutes. */
const PATIENCE_MS = 300_000;

const { values: wishes } = parseArgs({
  options: {
    engines: { type: 'string', default: 'wasm,webgpu' },
    plan: { type: 'string', default: 'ppo' },
    /** Seconds between the engine being ready and the press. */
    rest: { type: 'string', default: '0,5' },
    runs: { type: 'string', default: '5' },
    /** A built page; without it the page is built first. */
    dist: { type: 'string' },
    json: { type: 'string' },
  },
});
const plan = wishes.plan as keyof typeof PLANS;
if (!(plan in PLANS)) throw new Error(`bench:start: --plan ${plan}; expected ${Object.keys(PLANS).join(' or ')}.`);
const browserPath = findBrowser()?.path;
if (browserPath === undefined)
  throw new Error('bench:start: no browser was found; expected Chromium, Chrome or Edge; set BROWSER_PATH.');

const scratch = mkdtempSync(join(tmpdir(), 'bench-start-'));
const profile = join(scratch, 'profile');
const outDir = wishes.dist ?? join(scratch, 'dist');

/** As text; tsx names functions through a helper of its own, which the page does not have. */
const PAGE_SCRIPT = `{ const __name = (named) => named; (${watchPage.toString()})(); }`;

/** A browser that keeps what earlier ones with the same profile have cached. */
const openBrowser = () =>
  chromium.launchPersistentContext(profile, { executablePath: browserPath, args: BROWSER_ARGS });

async function withBrowser<T>(work: (context: BrowserContext) => Promise<T>): Promise<T> {
  const context = await openBrowser();
  context.setDefaultTimeout(PATIENCE_MS);
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

/** First visit: the service worker takes the files, then the page under it compiles its scripts once. */
function warm(address: string): Promise<void> {
  return withBrowser(async (context) => {
    const page = await context.newPage();
    await page.goto(address);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  });
}

function measure(address: string, engine: string, restSeconds: number): Promise<Start> {
  return withBrowser(async (context) => {
    const page = await context.newPage();
    await page.addInitScript({ content: PAGE_SCRIPT });
    await page.goto(`${address}?preset=nano&engine=${engine}`);
    const button = page.getByRole('button', { name: PLANS[plan] });
    await button.waitFor();
    if (restSeconds > 0) {
      await page.waitForFunction(() => window.startMoments['engine ready'] !== undefined);
      await page.waitForTimeout(restSeconds * 1000);
    }
    const before = processorSeconds();
    await button.click();
    await page.waitForFunction(() => window.startMoments['first chart'] !== undefined, null, { polling: 50 });
    const after = processorSeconds();
    // The first figures of PPO come before its updates, so the end of the step is told beside them.
    await page.waitForFunction(() => window.startMoments['first step finished'] !== undefined, null, { polling: 50 });
    const moments = await page.evaluate(() => window.startMoments);
    return { engine, restSeconds, moments, processorSeconds: before === null ? null : after! - before };
  });
}

if (wishes.dist === undefined) await build({ logLevel: 'warn', build: { outDir, emptyOutDir: true } });
const server = await preview({ logLevel: 'error', build: { outDir }, preview: { port: 4573, open: false } });
try {
  const address = server.resolvedUrls!.local[0];
  await warm(address);
  const starts: Start[] = [];
  // All ways take turns, so that a slow minute of the machine does not fall on one of them.
  for (let round = 1; round <= Number(wishes.runs); round++) {
    for (const engine of wishes.engines.split(',')) {
      for (const rest of wishes.rest.split(',')) {
        process.stderr.write(`\r\u001b[Kround ${round}, ${engine}, pressed after ${rest} s`);
        starts.push(await measure(address, engine, Number(rest)));
      }
    }
  }
  process.stderr.write('\r\u001b[K');
  process.stdout.write(`${formatStarts(starts)}\n`);
  if (wishes.json !== undefined) writeFileSync(wishes.json, `${JSON.stringify(starts, null, 2)}\n`);
} finally {
  await server.close();
  rmSync(scratch, { recursive: true, force: true });
}
