import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { readNumbers, waitUntil } from './support/screen';

const SHORT_RUN = 'preset=nano&engine=wasm&ppo.iterations=4&ppo.batchSize=8&ppo.valueWarmup=0&run.seed=1';

const place = (page: Page) => page.locator('.place').innerText();

/** Presses the key of slow motion and waits for the next stop. @returns where PPO stands then */
async function nextPhase(page: Page): Promise<string> {
  const stops = async () => `${await place(page)} ${await page.locator('.stops .segment button').count()}`;
  const before = await stops();
  await page.keyboard.press('Shift+Period');
  await waitUntil(page, `a stop after "${before}"`, 60_000, async () => {
    const now = await stops();
    return now !== before && !now.includes('computing');
  });
  return place(page);
}

/** Numbers of a row of the token table, by its label. */
async function cells(page: Page, label: string): Promise<number[]> {
  const row = page.locator('tbody tr').filter({ has: page.locator('th span', { hasText: new RegExp(`^${label}$`) }) });
  const texts = await row.locator('button.cell').allInnerTexts();
  return texts.map((text) => readNumbers(text.replace('+', ''))[0]);
}

test('PPO stops at every phase, with numbers that follow from each other', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    await page.goto(`${page.url().split('#')[0]}#/slow`);
    await page.getByRole('button', { name: 'Start PPO and stop' }).click();
    await waitUntil(page, 'the first stop', 120_000, async () => (await page.locator('.place').count()) > 0);
    await waitUntil(page, 'phase 1', 60_000, async () => (await place(page)).startsWith('update 1, phase 1'));
    expect(await page.locator('.labels li').count(), 'answers of the batch').toBe(8);

    for (const phase of [2, 3, 4]) expect(await nextPhase(page)).toContain(`update 1, phase ${phase} of 6`);
    // Rewards are the score on the last token minus β times the distance from SFT.
    const kl = await cells(page, 'leaving SFT');
    const rewards = await cells(page, 'reward');
    expect(rewards).toHaveLength(kl.length);
    const score = readNumbers((await page.locator('.scores li').first().innerText()).replace('+', ''))[0];
    expect(rewards.at(-1)! + 0.2 * kl.at(-1)!).toBeCloseTo(score, 1);
    for (let t = 0; t < kl.length - 1; t++) expect(Math.abs(rewards[t] + 0.2 * kl[t])).toBeLessThan(0.003);

    // Another β is tried on the same answers first; then the run is told.
    const box = page.getByRole('textbox', { name: /KL weight/ });
    const formulas = () => page.locator('.formulas').innerText();
    await box.fill('1');
    await box.press('Enter');
    await waitUntil(page, 'rewards under another β', 30_000, async () => (await formulas()).includes('1 ×'));
    expect(await cells(page, 'leaving SFT')).toEqual(kl);
    await page.getByRole('button', { name: 'Use in the run' }).click();
    await waitUntil(page, 'rewards of the run under the new β', 30_000, async () => {
      const isTold = (await page.locator('.banner').count()) === 0 && (await formulas()).includes('1 ×');
      return isTold && !(await place(page)).includes('computing');
    });
    // A key pressed in a text field belongs to the field.
    await box.blur();

    expect(await nextPhase(page)).toContain('phase 5 of 6');
    const [surprises, advantages, values, returns] = await Promise.all(
      ['surprise', 'advantage', 'value', 'return'].map((label) => cells(page, label)),
    );
    expect(advantages.at(-1)).toBeCloseTo(surprises.at(-1)!, 2);
    advantages.forEach((advantage, t) => expect(Math.abs(advantage + values[t] - returns[t])).toBeLessThan(0.02));
    for (let t = 0; t < advantages.length - 1; t++)
      expect(Math.abs(surprises[t] + 0.95 * advantages[t + 1] - advantages[t])).toBeLessThan(0.02);

    expect(await nextPhase(page)).toContain('phase 6 of 6');
    const first = await page.locator('.labels li:not(.out)').first().innerText();
    expect(first).not.toBe('');
    for (let i = 0; i < 4; i++) await nextPhase(page);
    // The newest stop shows how far the whole update has moved each token.
    const ratios = await cells(page, 'ratio');
    expect(ratios.some((ratio) => Math.abs(ratio - 1) > 0.005)).toBe(true);

    // In the next update policy and critic differ from where they began: γ, λ and β are tried on its batch.
    for (const phase of [1, 2, 3, 4, 5]) expect(await nextPhase(page)).toContain(`update 2, phase ${phase} of 6`);
    const labels = ['reward', 'surprise', 'advantage'];
    const own = await Promise.all(labels.map((label) => cells(page, label)));
    const distance = await cells(page, 'leaving SFT');
    const tries: [RegExp, string][] = [
      [/KL weight/, '5'],
      [/^GAE/, '0'],
      [/^Discount/, '0.5'],
    ];
    for (const [name, value] of tries) {
      await page.getByRole('textbox', { name }).fill(value);
      await page.getByRole('textbox', { name }).press('Enter');
    }
    await waitUntil(page, 'advantages under other settings', 30_000, async () =>
      (await formulas()).includes('0.5 × 0 ×'),
    );
    expect(await page.locator('.banner').innerText()).toContain('β were 5 instead of 1');
    const [dearer, surprise, advantage] = await Promise.all(labels.map((label) => cells(page, label)));
    dearer.slice(0, -1).forEach((reward, t) => expect(Math.abs(reward + 5 * distance[t])).toBeLessThan(0.03));
    // With λ 0 only the token's own surprise counts.
    expect(advantage).toEqual(surprise);
    expect([dearer, surprise, advantage]).not.toEqual(own);
    await page.getByRole('textbox', { name: /^GAE/ }).blur();
    await page.getByRole('button', { name: 'Back to the run’s numbers' }).click();
    expect(await Promise.all(labels.map((label) => cells(page, label))), 'numbers of the run').toEqual(own);
    expect(await nextPhase(page)).toContain('update 2, phase 6 of 6');
    for (let i = 0; i < 4; i++) await nextPhase(page);

    // Earlier stops are still there, and the run goes on as usual.
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    expect(await page.locator('.stops .note').last().innerText()).toContain('pass 2 of 2, piece 2 of 2');
    await page.getByRole('link', { name: 'Back to the curves' }).click();
    await page.getByRole('button', { name: 'Run (Space)' }).first().click();
    await waitUntil(page, 'the end of the run', 120_000, async () =>
      /update 4/i.test(await page.locator('.moment').innerText()),
    );
  });
});

test('one moment: slider, answers, inspector and pin; an earlier run stays beside the new one', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    await page.getByRole('button', { name: 'Watch PPO now' }).first().click();
    const newest = () => page.locator('.moment').innerText();
    await waitUntil(page, 'the end of the run', 180_000, async () => /update 4\s/i.test(await newest()));
    await page
      .locator('.answer')
      .filter({ has: page.getByText('PPO', { exact: true }) })
      .first()
      .click();
    const inspector = page.getByRole('complementary', { name: 'Token inspector' });
    const numbers = async () => (await inspector.locator('dd').allInnerTexts()).join(' ');
    expect(await inspector.locator('.what').innerText()).toContain('update 4');
    const now = await numbers();

    await page.locator('.moment input').fill('1');
    await waitUntil(page, 'the moment in the inspector', 10_000, async () =>
      (await inspector.locator('.what').innerText()).includes('update 1'),
    );
    expect(await numbers(), 'numbers of another moment').not.toBe(now);
    // Weights of that moment are gone, and the page says so.
    expect(await page.getByRole('button', { name: 'Answer again with PPO' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Answer again with SFT' }).isDisabled()).toBe(false);
    expect(await page.locator('.old').innerText()).toContain('not the weights');
    await page.getByRole('button', { name: /^Pin this moment/ }).click();
    await page.getByRole('button', { name: 'back to 4' }).click();
    expect(await page.locator('.head', { hasText: 'pinned' }).innerText()).toContain('update 1');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Restart (R)' }).first().click();
    await waitUntil(
      page,
      'the run before in the legend',
      60_000,
      async () => (await page.locator('.other').count()) === 1,
    );
    await waitUntil(page, 'an update of the new run', 120_000, async () => /update [1-4]\s/i.test(await newest()));
    await page.locator('summary[aria-label="More about objective/kl"]').click();
    await page.getByRole('button', { name: 'Describe in words, as a table' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.locator('tbody tr').count()).toBeGreaterThan(0);
    expect(await dialog.innerText()).toContain('objective/kl');
  });
});
