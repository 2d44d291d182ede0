import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { currentStep, startPlan, waitUntil } from './support/screen';

const SHORT_RUN = 'preset=nano&engine=wasm&ppo.iterations=40&ppo.batchSize=16&ppo.valueWarmup=1';
const PROMPTS = 40;

const figure = (page: Page, title: string) =>
  page.locator('figure').filter({ has: page.getByRole('heading', { name: title }) });
const isMeasured = async (page: Page) => (await page.getByText(`${PROMPTS} prompts in`).count()) === 1;

/** Presses something that saves, and reads what was saved. */
async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; content: string }> {
  const [file] = (await Promise.all([page.waitForEvent('download'), press()])) as [Download, void];
  return { name: file.suggestedFilename(), content: readFileSync(await file.path(), 'utf8') };
}

async function measure(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Number of prompts' }).fill(String(PROMPTS));
  await page.getByRole('textbox', { name: 'Number of prompts' }).press('Enter');
  await page.getByRole('checkbox', { name: /Old skills/ }).uncheck();
  await page.getByRole('checkbox', { name: /Reward model/ }).check();
  await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
}

test('policies are compared while PPO goes on', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    await startPlan(page, 'Watch PPO now');
    await waitUntil(page, 'the second update', 120_000, async () => (await currentStep(page)) >= 2);
    await page.keyboard.press('4');
    await measure(page);
    await waitUntil(page, 'the first figures', 120_000, async () => (await page.locator('main figure').count()) > 0);
    const during = await currentStep(page);
    await waitUntil(page, 'the end of the measurement', 240_000, () => isMeasured(page));
    expect(await currentStep(page), 'training went on meanwhile').toBeGreaterThan(during);

    // Base and PPO against SFT, by training and held-out labelers and by the reward model.
    const win = figure(page, 'Preferred over SFT');
    await win.getByRole('button', { name: 'Show as table' }).click();
    const rows = await win.locator('tbody tr').allInnerTexts();
    expect(rows).toHaveLength(6);
    for (const row of rows) expect(row).toMatch(new RegExp(`${PROMPTS}$`));
    const ofBase = rows.filter((row) => row.startsWith('Base')).map((row) => Number(/([\d.]+) %/.exec(row)?.[1]));
    for (const rate of ofBase) expect(rate, 'a base model loses against SFT').toBeLessThan(40);

    await win.getByRole('button', { name: 'Show as figure' }).click();
    await win.getByLabel(/Save/).click();
    const svg = await saved(page, () => win.getByRole('button', { name: 'SVG drawing' }).click());
    expect(svg.name).toMatch(/^preferred-over-sft-.*\.svg$/);
    expect(svg.content).toMatch(/^<svg xmlns.*PPO/s);
    await win.getByLabel(/Save/).click();
    const png = await saved(page, () => win.getByRole('button', { name: 'PNG picture' }).click());
    expect(png.content.slice(1, 4)).toBe('PNG');
    const card = await saved(page, () => page.getByRole('button', { name: 'Model card' }).click());
    expect(card.content).toMatch(/^# Model card.*## Limitations.*Seed: 1/s);

    // The frontier has the law fitted to the run so far, or says how many points are missing.
    const frontier = await figure(page, 'KL against reward').innerText();
    expect(frontier).toContain('Fit to this run: R = d (α − β log d)');
    expect(frontier).toMatch(
      /α −?[\d.]+, β −?[\d.]+; explains \d+ % of the spread of \d+ points|besides SFT; a curve needs 3/,
    );

    // Arrow keys walk through the values of a figure.
    await win.getByRole('button', { name: /Arrow keys/ }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await win.locator('.readout').innerText()).toMatch(/^PPO, training: \d+ % \[.*n = 40/);

    // The visitor judges two pairs by keyboard and joins the judges.
    await page.getByRole('button', { name: 'Judge blind' }).click();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('.blind').innerText()).toMatch(/after 2 pairs/);
    await page.getByRole('button', { name: 'Figures' }).click();
    await win.getByRole('button', { name: 'Show as table' }).click();
    expect((await win.locator('tbody tr').allInnerTexts()).filter((row) => /\bMe\b/.test(row))).toHaveLength(1);

    // A known failure, asked of every policy.
    await page.getByRole('button', { name: 'Side by side' }).click();
    await page.locator('.probe').first().click();
    await waitUntil(page, 'three answers', 60_000, async () => (await page.locator('.board .text').count()) === 3);

    // Votes and figures outlive a reload, as those of an earlier run.
    await page.reload();
    await win.waitFor();
    await win.getByRole('button', { name: 'Show as table' }).click();
    expect((await win.locator('tbody tr').allInnerTexts()).filter((row) => /\bMe\b/.test(row))).toHaveLength(1);
    await page.getByText('an earlier run').first().waitFor();
  });
});

test('a measurement can be cancelled, and training does not mind', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    await startPlan(page, 'Watch PPO now');
    await waitUntil(page, 'the first update', 120_000, async () => (await currentStep(page)) >= 1);
    await page.keyboard.press('4');
    await measure(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Stopped early').waitFor();
    const step = await currentStep(page);
    await waitUntil(page, 'another update', 60_000, async () => (await currentStep(page)) > step);
  });
});
