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

/** Screens that share a route with another, by their address. */
const VIEWS = ['label/write', 'label/class', 'learn/break', 'learn/workshop', 'learn/notes', 'learn/notes/leash'];

async function go(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/${place}`);
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  // A screen fetched at its first visit says so until it is there.
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
}

/** Opens what stands over or beside a screen, looks, and closes it again. */
interface Overlay {
  name: string;
  place: string;
  open: (page: Page) => Promise<void>;
  close: (page: Page) => Promise<void>;
}

const escape = (page: Page) => page.keyboard.press('Escape');
const dialog = (name: string): Overlay => ({
  name: `dialog ${name}`,
  place: 'ppo',
  open: async (page) => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').waitFor();
  },
  close: async (page) => {
    await escape(page);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  },
});

const OVERLAYS: readonly Overlay[] = [
  dialog('Shortcuts and help'),
  dialog('Share'),
  {
    name: 'a chart in its dialog',
    place: 'ppo',
    open: async (page) => {
      await page.getByLabel('More about objective/kl').click();
      await page.getByRole('button', { name: 'Describe in words, as a table' }).click();
      await page.getByRole('dialog').waitFor();
    },
    close: async (page) => {
      await escape(page);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'the choice of metrics',
    place: 'ppo',
    open: async (page) => page.locator('summary', { hasText: 'Metrics' }).click(),
    close: escape,
  },
  {
    name: 'the token inspector',
    place: 'ppo',
    open: async (page) => {
      await page.locator('.answer').last().click();
      await page.getByRole('complementary', { name: 'Token inspector' }).waitFor();
    },
    close: escape,
  },
  {
    name: 'the projector view',
    place: 'ppo',
    open: async (page) => {
      await page.getByRole('button', { name: 'Projector view', exact: true }).click();
      await page.locator('.projector').waitFor();
    },
    close: async (page) => page.getByRole('button', { name: 'Leave projector view' }).click(),
  },
  {
    name: 'a lesson beside the page',
    place: 'learn/leash',
    open: async (page) => {
      const lesson = page.getByRole('complementary', { name: 'Lesson' });
      await lesson.locator('.card h3').waitFor();
      await lesson.getByRole('button', { name: 'Next' }).click();
    },
    close: async (page) => page.getByRole('button', { name: 'Close the lesson' }).click(),
  },
];

test('every screen, dialog and drawer in both themes has nothing that axe calls wrong', async () => {
  await onPage({ query: 'preset=nano&engine=wasm&lang=en' }, async ({ page }) => {
    await page.evaluate(axe.source);
    await openRecordedRun(page);
    const wrong: string[] = [];
    const look = async (what: string) => wrong.push(...(await violations(page)).map((line) => `${what}: ${line}`));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const place of [...ROUTES, ...VIEWS]) {
        await go(page, place);
        await look(`#/${place} ${colorScheme}`);
      }
      for (const { name, place, open, close } of OVERLAYS) {
        await go(page, place);
        await open(page);
        await look(`${name} ${colorScheme}`);
        await close(page);
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
