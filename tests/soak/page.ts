/** Trains one run after the other in a page that is never reloaded, with charts and answers drawn, and looks at its memory. */
import { chromium, type Page } from 'playwright-core';
import { BROWSER_ARGS } from '../../tools/browserArgs';
import { currentStep, readNumbers, startPlan, waitUntil } from '../e2e/support/screen';
import { MemoryReader } from './browserMemory';
import type { PageSample } from './pageGrowth';

export interface PageSoakOptions {
  /** Path of a Chromium. */
  browser: string;
  /** Address of the built page. */
  pageUrl: string;
  engine: 'wasm' | 'webgpu';
  /** PPO updates of one run. */
  updates: number;
  batchSize: number;
  /** Seconds between two looks inside a run. */
  everySeconds: number;
  /** Asked after each look: whether to go on. */
  goesOn: (sample: PageSample) => boolean;
}

/** A run on a software adapter begins by compiling for minutes. */
const RUN_PATIENCE_MS = 1_200_000;

/** @returns the samples in order of time. @throws Error when a run fails, or the page writes an error to its console */
export async function soakPage(options: PageSoakOptions): Promise<PageSample[]> {
  const browser = await chromium.launch({ executablePath: options.browser, args: BROWSER_ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(RUN_PATIENCE_MS);
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    const reader = await MemoryReader.of(page);
    const { engine, updates, batchSize, pageUrl } = options;
    const query = new URLSearchParams({
      preset: 'nano',
      engine,
      'ppo.iterations': String(updates),
      'ppo.batchSize': String(batchSize),
    });
    await page.goto(`${pageUrl}?${query}`);
    await startPlan(page, 'Watch PPO now');
    const samples = await runAgainAndAgain(page, reader, options);
    if (problems.length > 0) throw new Error(`soak: the page wrote to its console: ${problems.join(' | ')}`);
    return samples;
  } finally {
    await browser.close();
  }
}

async function runAgainAndAgain(page: Page, reader: MemoryReader, options: PageSoakOptions): Promise<PageSample[]> {
  const begun = performance.now();
  const samples: PageSample[] = [];
  const look = async (cycle: number, isEnd: boolean) => {
    const seconds = (performance.now() - begun) / 1000;
    const engineMb = await engineMemory(page);
    const sample: PageSample = { seconds, cycle, isEnd, engineMb, ...(await reader.read()) };
    samples.push(sample);
    return sample;
  };
  for (let cycle = 0; ; cycle++) {
    let lastLook = performance.now();
    let goesOn = true;
    await waitUntil(page, `the end of run ${cycle}`, RUN_PATIENCE_MS, async () => {
      if (await isDone(page)) return true;
      if (performance.now() - lastLook > options.everySeconds * 1000) {
        lastLook = performance.now();
        goesOn &&= options.goesOn(await look(cycle, false));
      }
      return !goesOn;
    });
    if (!goesOn || !options.goesOn(await look(cycle, true))) return samples;
    await page.getByRole('button', { name: 'Restart (R)' }).click();
    await waitUntil(page, 'the next run', RUN_PATIENCE_MS, async () => !(await isDone(page)));
  }
}

/** The run has made all of its updates and its answers are on the board. */
async function isDone(page: Page): Promise<boolean> {
  const state = await page.locator('.strip .state').nth(2).innerText();
  return state.trim().startsWith('done') && (await currentStep(page)) > 0;
}

/** Memory held by tensors as the footer says it, in MB. */
async function engineMemory(page: Page): Promise<number> {
  const footer = await page.locator('footer').innerText();
  const [megabytes] = readNumbers(/memory\s+([\d.,]+)/.exec(footer)?.[1] ?? '');
  return megabytes ?? 0;
}
