import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { BROWSER_ARGS } from '../../tools/browserArgs';
import { ensureBrowser } from '../../tools/findBrowser';
import type { Verdict } from './compare';

export interface OpenPage {
  adapter: string;
  runCase(text: string, weights: Record<string, Uint8Array>): Promise<Verdict>;
  close(): Promise<void>;
}

/** Longest a case may take, its compilations included, ms. */
const CASE_TIMEOUT_MS = 180_000;

function startServer() {
  const root = resolve(import.meta.dirname, '../..');
  return createServer({
    root,
    configFile: false,
    logLevel: 'error',
    // Its own cache: another Vite may be at work in the same checkout with other settings.
    cacheDir: resolve(root, 'node_modules/.vite-golden'),
    optimizeDeps: {
      entries: [],
      include: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu'],
    },
    server: { port: 0, watch: null, hmr: false },
  });
}

/** Rejects when a promise takes too long; a case that hangs must not hang the run. */
function withTimeout<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${CASE_TIMEOUT_MS} ms`)), CASE_TIMEOUT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Opens a headless Chromium on a page that runs cases on WebGPU. Errors of page and console fail the case under way. */
export async function openGoldenPage(): Promise<OpenPage> {
  const server = await startServer();
  const browser = await chromium.launch({ executablePath: ensureBrowser().path, args: BROWSER_ARGS });
  const close = async () => {
    await browser.close();
    await server.close();
  };
  try {
    await server.listen();
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(`console error: ${message.text()}`);
    });
    await page.goto(`${server.resolvedUrls?.local[0]}tests/golden/page/index.html`, { timeout: CASE_TIMEOUT_MS });
    await page
      .waitForFunction(() => 'golden' in window || undefined, undefined, { timeout: CASE_TIMEOUT_MS })
      .catch((error: Error) => {
        throw new Error(`the page did not load: ${[...troubles, error.message].join('; ')}`);
      });
    const adapter = await withTimeout(
      page.evaluate(() => window.golden.start()),
      'starting WebGPU',
    );
    return {
      adapter,
      close,
      async runCase(text, weights) {
        const base64 = Object.fromEntries(
          Object.entries(weights).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
        );
        const work = page.evaluate(([caseText, files]) => window.golden.runCase(caseText, files), [
          text,
          base64,
        ] as const);
        const verdict = await withTimeout(work, 'the case').catch((error: Error): Verdict => ({
          worst: Infinity,
          problems: [error.message],
        }));
        return { ...verdict, problems: [...verdict.problems, ...troubles.splice(0)] };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
