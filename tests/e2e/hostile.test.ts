import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ROUTES } from '../../src/ui/state/route';
import { onPage, PATIENCE_MS } from './support/page';

declare global {
  interface Window {
    /** What the page's policy has refused. */
    refusals: string[];
    /** Raised by markup that was run. */
    wasRun?: boolean;
  }
}

const PATIENCE = { timeout: PATIENCE_MS };
const MARKUP = '<img src=x onerror="window.wasRun=true"><script>window.wasRun=true</script>';

/** Listens from before the first script of every page that is opened from now on. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.refusals = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      window.refusals.push(`${violatedDirective} ${blockedURI}`),
    );
  });
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

async function expectUntouched(page: Page): Promise<void> {
  const seen = await page.evaluate(() => ({
    refusals: window.refusals,
    wasRun: window.wasRun ?? false,
    made: document.querySelectorAll('img[src="x"], script:not([src]), iframe, a[href^="javascript:"]').length,
  }));
  expect(seen).toEqual({ refusals: [], wasRun: false, made: 0 });
}

async function open(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/${route}`);
  await page.locator('main h1').first().waitFor({ state: 'attached' });
}

test('every screen stays within the policy of the page, with models loaded', async () => {
  // Requests outside the page's own folder and errors in the console fail every test here.
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page, requests }) => {
    await listen(page);
    for (const route of [...ROUTES, 'label/write', 'label/class', 'learn/leash']) {
      await open(page, route);
      await expectUntouched(page);
    }
    expect(requests.length).toBeGreaterThan(10);
  });
});

test('words of a hostile address are shown as words', async () => {
  const words = new URLSearchParams({
    preset: MARKUP,
    lang: '\u202Eed',
    lesson: '"><img src=x>',
    'a[b](javascript:x)': '1',
  });
  await onPage({ query: 'engine=wasm' }, async ({ page }) => {
    await listen(page);
    await page.goto(`${page.url().split('?')[0]}?${words}&engine=wasm`);
    const note = page.getByText(/preset: got "<img src=x/);
    await note.waitFor(PATIENCE);
    expect(await note.innerText()).toContain('⟨U+202E⟩ed');
    await expectUntouched(page);
  });
});

test('a hostile label file shows as text, names what is wrong by line, and keeps its good lines', async () => {
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page }) => {
    await listen(page);
    await open(page, 'label/class');
    const label = (change: object) =>
      JSON.stringify({
        prompt: MARKUP,
        answers: [MARKUP, 'b', 'c'],
        ranks: [0, 1, 2],
        labeler: `${MARKUP}`.slice(0, 60),
        ...change,
      });
    const lines = [
      label({}),
      label({ prompt: 'another', group: MARKUP.slice(0, 50) }),
      label({ prompt: 'a\u202Eb' }),
      `{"__proto__":{"polluted":true},${label({}).slice(1)}`,
      label({ note: 1 }),
    ];
    const buffer = Buffer.concat([Buffer.from(lines.join('\n')), Buffer.from([0x0a, 0xff, 0xfe])]);
    const name = '*[Click](javascript:alert(1))*<img src=x>.jsonl';
    await page.locator('.drop input').setInputFiles([{ name, mimeType: 'text/plain', buffer }]);

    const report = page.getByRole('alert');
    await report.getByText('4 lines could not be read').waitFor(PATIENCE);
    expect(await report.innerText()).toContain(name);
    const rows = await report.locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split(/\s/)[0])).toEqual(['3', '4', '5', '6']);
    expect(rows[0]).toContain('U+202E');
    expect(rows[3]).toContain('Save the file as UTF-8.');
    await expectUntouched(page);

    await report.getByRole('button', { name: 'Keep the 2 good lines of 6' }).click();
    await page.getByText('<img src=x').first().waitFor(PATIENCE);
    await expectUntouched(page);
    expect(await page.evaluate(() => 'polluted' in {})).toBe(false);
  });
});
