import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ROUTES } from '../../src/ui/state/route';
import { onPage } from './support/page';
import { waitUntil } from './support/screen';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe finds wrong on the page as it stands, one line each. Evaluated from outside, so the page's policy stays. */
async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate(
    async (rules) => (await window.axe.run(document, { runOnly: rules })).violations,
    RULES,
  );
  return found.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}

async function openRecordedRun(page: Page): Promise<void> {
  const recorded = page.getByRole('region', { name: 'Recorded run' });
  await recorded.getByRole('button', { name: 'Open it' }).click();
  await waitUntil(page, 'the recorded answers', 60_000, async () => (await page.locator('.answer').count()) > 0);
}

test('every screen and dialog in both themes has nothing that axe calls wrong', async () => {
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page }) => {
    await page.evaluate(axe.source);
    await openRecordedRun(page);
    const wrong: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const route of ROUTES) {
        await page.evaluate((hash) => (location.hash = hash), `#/${route}`);
        await page.locator('main h1').first().waitFor({ state: 'attached' });
        const lines = await violations(page);
        wrong.push(...lines.map((line) => `#/${route} ${colorScheme}: ${line}`));
      }
      for (const name of ['Shortcuts and help', 'Share']) {
        await page.getByRole('button', { name, exact: true }).click();
        await page.getByRole('dialog').waitFor();
        wrong.push(...(await violations(page)).map((line) => `dialog ${name} ${colorScheme}: ${line}`));
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('at 400 % nothing needs scrolling sideways, and the keyboard reaches the main action first', async () => {
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page }) => {
    // 1280 pixels at 400 % leave 320.
    await page.setViewportSize({ width: 320, height: 256 });
    for (const route of ROUTES) {
      await page.evaluate((hash) => (location.hash = hash), `#/${route}`);
      await page.locator('main h1').first().waitFor({ state: 'attached' });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `#/${route} is wider than the window`).toBeLessThanOrEqual(0);
    }
    await page.evaluate(() => (location.hash = '#/'));
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.locator('body').press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Watch PPO now');
  });
});
