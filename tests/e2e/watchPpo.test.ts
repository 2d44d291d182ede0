import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { mostThreads } from '../../src/kernels/wasm/threadPool';
import { onPage } from './support/page';
import { currentStep, readLine, readNumbers, startPlan, waitUntil, waitUntilDone } from './support/screen';

const SHORT_RUN = 'preset=nano&engine=wasm&ppo.iterations=12&ppo.batchSize=16&ppo.valueWarmup=1&run.sampleEvery=2';
const BETA = 0.3;

const isPaused = async (page: Page) => (await page.locator('.strip .paused').count()) === 1;

async function changeBetaWhileRunning(page: Page): Promise<void> {
  const box = page.getByRole('textbox', { name: /KL weight/ });
  await box.fill(String(BETA));
  await box.press('Enter');
  await waitUntil(page, 'the marker of the new β', 30_000, async () =>
    (await page.locator('.track .event').allInnerTexts()).includes(`β ${BETA}`),
  );
}

async function pauseStepResume(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Pause (Space)' }).first().click();
  await waitUntil(page, 'the pause', 30_000, () => isPaused(page));
  const paused = await currentStep(page);
  await page.waitForTimeout(1500);
  expect(await currentStep(page), 'a paused run stands still').toBe(paused);
  await page.getByRole('button', { name: 'One step (.)' }).first().click();
  await waitUntil(page, 'one step', 30_000, async () => (await currentStep(page)) > paused && (await isPaused(page)));
  expect(await currentStep(page), 'one step is one step').toBe(paused + 1);
  await page.getByRole('button', { name: 'Run (Space)' }).first().click();
}

/** The reward of the chosen token must follow from the numbers shown beside it, as far as their decimals allow. */
async function checkArithmetic(page: Page): Promise<void> {
  const rows = await page.locator('.arithmetic > div').allInnerTexts();
  const parts = /= (\S+) − (\S+) × \((\S+)\s+([+−]) (\S+)\)/.exec(rows[1]) ?? [];
  const [score, beta, logprob, reference] = [parts[1], parts[2], parts[3], parts[5]].map(
    (text) => readNumbers(text)[0],
  );
  const [reward] = readNumbers(rows[2].replace('+', ''));
  expect(beta, 'the leash that was set while running').toBe(BETA);
  // The sign of the reference is folded into the one before it: minus −3.63 is printed as "+ 3.63".
  const expected = score - beta * (parts[4] === '+' ? logprob + reference : logprob - reference);
  expect(Math.abs(reward - expected), rows.join(' ')).toBeLessThan(0.006 + 0.01 * beta);
}

test('PPO starts at once from the shipped models and obeys while it runs', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    // Preview and common hosts send the isolation headers; the page must work with them.
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await startPlan(page, 'Watch PPO now');
    await waitUntil(page, 'the first update', 60_000, async () => (await currentStep(page)) >= 1);
    await changeBetaWhileRunning(page);
    await pauseStepResume(page);
    await waitUntilDone(page, 120_000);
    // Where memory may be shared, so is the work.
    const threads = mostThreads(await page.evaluate(() => navigator.hardwareConcurrency));
    expect(await page.locator('footer').innerText()).toContain(`WebAssembly SIMD, ${threads} thread`);
    expect(await readLine(page, 'objective/kl')).toMatchObject({ first: 0, steps: [1, 12] });

    const answer = page
      .locator('.answer')
      .filter({ has: page.getByText('PPO', { exact: true }) })
      .first();
    await answer.click();
    const inspector = page.getByRole('complementary', { name: 'Token inspector' });
    await inspector.locator('.arithmetic').first().waitFor();
    expect(await inspector.locator('.what').innerText()).toContain('update 12');
    await checkArithmetic(page);
    const tokens = inspector.locator('.tokens .token');
    await tokens.first().click();
    await checkArithmetic(page);
    expect(await inspector.locator('.alternatives li').count()).toBe(16);
  });
});
