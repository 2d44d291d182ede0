import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { BROWSER_ARGS } from '../../../tools/browserArgs';

export interface PageOptions {
  /** What follows `?` in the address. */
  query?: string;
  /** False starts a browser that offers no WebGPU adapter. */
  hasWebGpu?: boolean;
  /** Opens the page at an address of plain http, as devices of a classroom do: without locks, graphics card, threads. */
  isPlainHttp?: boolean;
  /** False keeps service workers away: what they hand out, no route of a test can change or hold up. */
  hasOfflineCopy?: boolean;
}

/** A page under test, and every address it has asked for. */
export interface PageUnderTest {
  page: Page;
  requests: readonly string[];
}

/** A test says what must happen, not how fast: machines that do other work meanwhile are slow. */
export const PATIENCE_MS = 120_000;

const WEBGPU_ARGS = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-webgpu-adapter=swiftshader'];

/** An address for examples (RFC 5737), which a browser does not take for its own machine. */
const ELSEWHERE = '192.0.2.1';

function browserArgs({ hasWebGpu = true, isPlainHttp = false }: PageOptions): string[] {
  const args = hasWebGpu ? BROWSER_ARGS : BROWSER_ARGS.filter((arg) => !WEBGPU_ARGS.includes(arg));
  return isPlainHttp ? [...args, `--host-resolver-rules=MAP ${ELSEWHERE} localhost`] : args;
}

function addressOf({ isPlainHttp = false }: PageOptions): string {
  const url = new URL(inject('pageUrl'));
  if (isPlainHttp) url.hostname = ELSEWHERE;
  return url.href;
}

/** Collects what must never happen: errors in the console or in scripts, refused files, requests beyond the folder. */
function watch(page: Page, pageUrl: string): { problems: string[]; requests: string[] } {
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    // Said of every page with the headers of isolation at an address of plain http, where they cannot count.
    if (message.text().startsWith('The Cross-Origin-Opener-Policy header has been ignored')) return;
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  // The context also sees what workers ask for.
  page.context().on('request', (request) => {
    const url = request.url();
    requests.push(url);
    const isInside = url.startsWith(pageUrl) || url.startsWith('blob:') || url.startsWith('data:');
    if (!isInside) problems.push(`request outside ${pageUrl}: ${url}`);
  });
  return { problems, requests };
}

/**
 * Opens the built page in a browser of its own, runs `check`, and then demands that nothing went wrong on the side.
 * A failure leaves a screenshot in the folder for temporary files and names it.
 */
export async function onPage(options: PageOptions, check: (open: PageUnderTest) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    executablePath: inject('browserPath'),
    args: browserArgs(options),
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      serviceWorkers: (options.hasOfflineCopy ?? true) ? 'allow' : 'block',
    });
    page.context().setDefaultTimeout(PATIENCE_MS);
    const pageUrl = addressOf(options);
    const { problems, requests } = watch(page, pageUrl);
    try {
      await page.goto(`${pageUrl}?${options.query ?? ''}`);
      await check({ page, requests });
      expect(problems, 'errors in the console, refused files, requests outside the folder').toEqual([]);
    } catch (error) {
      const path = join(tmpdir(), `e2e-${Date.now()}.png`);
      // A page too busy to be drawn must not hide why the test failed.
      const picture = await page.screenshot({ path }).then(
        () => path,
        () => 'none, the page did not draw',
      );
      const seen = problems.length === 0 ? '' : `\nalso seen:\n${problems.join('\n')}`;
      throw new Error(`${error instanceof Error ? error.message : String(error)}${seen}\nscreenshot: ${picture}`, {
        cause: error,
      });
    }
  } finally {
    await browser.close();
  }
}
