import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { currentStep, waitUntil } from './support/screen';

const SHORT = 'preset=nano&engine=wasm&lang=en&ppo.batchSize=16&run.sampleEvery=10';

const lesson = (page: Page) => page.getByRole('complementary', { name: 'Lesson', exact: true });
const next = (page: Page) => lesson(page).getByRole('button', { name: /^(Next|Finish)$/ });
const place = (page: Page) => lesson(page).locator('.name .note').innerText();

/** A step is over when its way on is open; then it is taken. */
async function goOn(page: Page, timeoutMs = 60_000): Promise<void> {
  await waitUntil(page, 'the step to be done', timeoutMs, () => next(page).isEnabled());
  await next(page).click();
}

const spotlit = (page: Page, selector: string) =>
  waitUntil(page, `the outline of ${selector}`, 30_000, async () =>
    page.locator(`${selector}[data-spotlight]`).isVisible(),
  );

test('the first lesson is walked to its end by doing what it says', async () => {
  await onPage({ query: `${SHORT}&lesson=instructions` }, async ({ page }) => {
    await lesson(page).waitFor();
    expect(await place(page)).toBe('step 1 of 6');
    expect(await next(page).isDisabled(), 'a guess has to be made first').toBe(true);
    await lesson(page).getByText('More text of the kind').click();
    await goOn(page);

    // Fetching the models is the one thing here that has no control of its own.
    await spotlit(page, '[data-part="board"]');
    await lesson(page).getByRole('button', { name: 'Do it for me' }).click();
    await goOn(page, 300_000);

    await page.locator('[data-part="board"] .answer').first().click();
    expect(await lesson(page).locator('dd').allInnerTexts()).toEqual([
      'More text of the kind that would follow on a page',
      'More text of the kind that would follow on a page',
    ]);
    await goOn(page);
    // The formula is fetched when the first one is wanted.
    await lesson(page).locator('math').waitFor();
    await goOn(page);

    await page.getByRole('button', { name: 'Side by side' }).click();
    await spotlit(page, '[data-part="ask"]');
    await page.locator('#own-prompt').fill('Name three animals.');
    await page.locator('#own-prompt').press('Enter');
    await goOn(page, 300_000);
    await goOn(page);
    expect(await lesson(page).innerText()).toContain('1 of 9 done');
    await page.reload();
    await page.goto(`${page.url().split('#')[0]}#/learn`);
    // Progress outlives a reload.
    await page.locator('main').getByText('1 of 9 done').waitFor();
  });
});

test('a guess is drawn by keyboard and stands beside what happened', async () => {
  await onPage({ query: `${SHORT}&lesson=leash&at=1&ppo.iterations=60` }, async ({ page }) => {
    const knots = lesson(page).getByRole('slider');
    await waitUntil(page, 'the drawing', 30_000, async () => (await knots.count()) === 7);
    await knots.last().focus();
    const before = Number(await knots.last().getAttribute('aria-valuenow'));
    await page.keyboard.press('ArrowUp');
    expect(Number(await knots.last().getAttribute('aria-valuenow'))).toBeGreaterThan(before);
    await lesson(page).getByRole('button', { name: 'That is my guess' }).click();
    await goOn(page);
    await lesson(page).getByRole('button', { name: 'Do it for me' }).click();
    await goOn(page, 300_000);

    await spotlit(page, '[data-control="ppo.klCoef"]');
    const box = page.getByRole('textbox', { name: /KL weight/ });
    await box.fill('0');
    await box.press('Enter');
    await page.getByRole('button', { name: 'Run (Space)' }).first().click();
    await goOn(page);
    await waitUntil(page, 'update 45', 240_000, async () => (await currentStep(page)) >= 45);
    expect(await lesson(page).locator('polyline.drawn').count()).toBe(1);
    expect(await lesson(page).innerText()).toMatch(/you drew [\d.]+; it was [\d.]+/);
    expect(page.url(), 'the address leads to this very step').toContain('lesson=leash&at=4');
  });
});

test('the shelf breaks a run and repairs it again', async () => {
  await onPage({ query: `${SHORT}&ppo.iterations=4` }, async ({ page }) => {
    await page.goto(`${page.url().split('#')[0]}#/learn/break`);
    const card = page.getByRole('listitem').filter({ hasText: 'Steps too large' });
    await card.getByRole('button', { name: 'Break it' }).click();
    await waitUntil(page, 'the first update', 120_000, async () => (await currentStep(page)) >= 1);
    const rate = page.getByRole('textbox', { name: /^Learning rate/ });
    expect(await rate.inputValue()).toBe('0.005');
    await lesson(page).getByRole('button', { name: 'Repair and start again' }).click();
    await waitUntil(page, 'the usual rate', 30_000, async () => (await rate.inputValue()) === '3e-4');
  });
});
