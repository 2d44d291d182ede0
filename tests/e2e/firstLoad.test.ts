import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { onPage } from './support/page';

/** What a visitor waits for before anything is drawn; engine, models and the recorded run come after it. */
const LIMIT_BYTES = 350_000;
const LATER = /worker-[^/]*\.js$|\.wasm$|\/models\/|\/recorded\/|tokenizer\.json$|sw\.js$/;

/** Bytes of a built file as a host sends it; fonts are compressed already. */
function sentBytes(path: string): number {
  const bytes = readFileSync(join('dist', path));
  return /\.(woff2|png)$/.test(path) ? bytes.length : gzipSync(bytes).length;
}

test('the first load stays small, is drawn at once, and asks nobody else', async () => {
  const pageUrl = inject('pageUrl');
  await onPage({}, async ({ page }) => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    // What the page itself asked for: the service worker fetches everything else behind its back.
    const asked = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
    const first = [...new Set([pageUrl, ...asked].map((url) => url.split(/[?#]/)[0]))].filter(
      (url) => !LATER.test(url),
    );
    const sizes = first.map((url) => {
      const path = url.slice(pageUrl.length);
      return { path: path === '' ? 'index.html' : path, bytes: sentBytes(path === '' ? 'index.html' : path) };
    });
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sizes.length).toBeGreaterThan(3);
    expect(total, JSON.stringify(sizes)).toBeLessThan(LIMIT_BYTES);
    expect(asked.filter((url) => /\/de-|german/.test(url))).toEqual([]);

    // The recorded run moves on the start screen without a press.
    const place = page.getByRole('region', { name: 'Recorded run' }).locator('.note');
    await place.waitFor({ timeout: 10_000 });
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
  });
});
