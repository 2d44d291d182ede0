/** Sides in pages of a headless browser, one page each. */
import { chromium, type Browser } from 'playwright-core';
import { createServer } from 'vite';
import type { Contestant, SideCommand, SideReply } from '../../src/bench/protocol';
import { BROWSER_ARGS } from '../../tools/browserArgs';
import { findBrowser } from '../../tools/findBrowser';
import type { Entry } from './contestants';

export interface BenchBrowser {
  contestant(entry: Entry): Promise<Contestant>;
  close(): Promise<void>;
}

async function openPage(browser: Browser, address: string, { side, engine, peer }: Entry): Promise<Contestant> {
  const page = await browser.newPage();
  const query = new URLSearchParams({ side, engine, ...(peer && { peer }) });
  await page.goto(`${address}tests/bench/browser/index.html?${query}`);
  await page.waitForFunction(() => typeof window.askSide === 'function', null, { timeout: 120_000 });
  return {
    side,
    engine,
    ask: (command: SideCommand) =>
      page
        .evaluate((sent) => window.askSide(sent), command)
        .catch((error: Error): SideReply => ({ type: 'failed', reason: error.message })),
    close: () => page.close(),
  };
}

/** @throws Error where no browser is installed */
export async function openBrowser(): Promise<BenchBrowser> {
  const executablePath = findBrowser()?.path;
  if (executablePath === undefined)
    throw new Error('bench: no browser was found; expected Chromium, Chrome or Edge; set BROWSER_PATH.');
  const server = await createServer({ server: { port: 0, hmr: false }, logLevel: 'error' });
  await server.listen();
  const browser = await chromium.launch({ executablePath, args: BROWSER_ARGS });
  const address = server.resolvedUrls!.local[0];
  return {
    contestant: (entry) =>
      openPage(browser, address, entry).catch((error: Error): Contestant => ({
        ...entry,
        ask: () => Promise.resolve({ type: 'failed', reason: error.message }),
        close: () => {},
      })),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
