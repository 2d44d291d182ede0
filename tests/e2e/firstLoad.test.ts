import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { onPage } from './support/page';

/** What a visitor waits for before anything is drawn; engine, models and the recorded run come after it. */
const LIMIT_BYTES = 350_000;
const LATER = /worker-[^/]*\.js$|\.wasm$|\/models\/|\/recorded\/|tokenizer\.json$|sw\.js$/;

/** Limits that Lighthouse calls good, those of them that do not depend on the machine. */
const GOOD = { layoutShift: 0.1, elements: 1500, requests: 60 } as const;

/** Bytes of a built file as a host sends it; fonts are compressed already. */
function sentBytes(path: string): number {
  const bytes = readFileSync(join('dist', path));
  return /\.(woff2|png)$/.test(path) ? bytes.length : gzipSync(bytes).length;
}

test('the first load stays small, is drawn at once, and asks nobody else', async () => {
  const pageUrl = inject('pageUrl');
  await onPage({}, async ({ page }) => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    // The recorded run moves on the start screen without a press.
    const place = page.getByRole('region', { name: 'Recorded run' }).locator('.note');
    await place.waitFor();

    // What the page itself asked for until then: the service worker fetches everything else behind its back.
    const asked = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
    const first = [...new Set([pageUrl, ...asked].map((url) => url.split(/[?#]/)[0]))].filter(
      (url) => !LATER.test(url),
    );
    const sizes = first.map((url) => {
      const path = url.slice(pageUrl.length);
      return { path: path === '' ? 'index.html' : path, bytes: sentBytes(path === '' ? 'index.html' : path) };
    });
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    // Page, script, style and a font at least: else nothing was counted.
    for (const kind of [/index\.html$/, /\.js$/, /\.css$/, /\.woff2$/])
      expect(
        sizes.filter(({ path }) => kind.test(path)),
        String(kind),
      ).not.toEqual([]);
    expect(total, JSON.stringify(sizes)).toBeLessThan(LIMIT_BYTES);
    expect(sizes.length).toBeLessThan(GOOD.requests);
    expect(asked.filter((url) => /\/de-|german/.test(url))).toEqual([]);

    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
  });
});

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
}

interface LargestPaint extends PerformanceEntry {
  element: Element | null;
}

test.each([
  [1440, 900],
  [390, 844],
] as const)('at %i by %i nothing jumps, and what is largest is text of the page itself', async (width, height) => {
  await onPage({}, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('region', { name: 'Recorded run' }).locator('.note').waitFor();
    const seen = await page.evaluate(async () => {
      /** Entries of a kind since the page began. */
      const entries = (type: string) =>
        new Promise<PerformanceEntry[]>((resolve) => {
          const observer = new PerformanceObserver((list) => resolve(list.getEntries()));
          observer.observe({ type, buffered: true });
          // A page that never shifted has no such entry.
          setTimeout(() => resolve([]), 2000);
        });
      const [shifts, paints] = await Promise.all([entries('layout-shift'), entries('largest-contentful-paint')]);
      const largest = (paints.at(-1) as LargestPaint | undefined)?.element;
      return {
        shift: (shifts as LayoutShift[]).reduce(
          (sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value),
          0,
        ),
        largest: largest ? { tag: largest.tagName, isInMain: largest.closest('main') !== null } : null,
        elements: document.querySelectorAll('*').length,
        blocking: document.querySelectorAll('script[src]:not([type=module]):not([async]):not([defer])').length,
      };
    });
    expect(seen.shift).toBeLessThan(GOOD.layoutShift);
    expect(seen.largest?.tag, 'the largest thing is no picture').not.toMatch(/^(IMG|CANVAS|VIDEO)$/);
    expect(seen.largest?.isInMain).toBe(true);
    expect(seen.elements).toBeLessThan(GOOD.elements);
    expect(seen.blocking).toBe(0);
  });
});
