import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { onPage, PATIENCE_MS } from './support/page';
import { cardStates, currentStep, startPlan, waitUntil, waitUntilDone } from './support/screen';

/** A lesson of ninety minutes in one sitting, with runs so short that two cores are through in a few minutes. */
const SHORT_RUN = [
  'preset=nano&engine=wasm&lang=en',
  'data.demonstrations=96&data.rankings=24&data.validationPrompts=12&rm.epochs=1&rm.batchSize=4&sft.epochs=1',
  'ppo.iterations=8&ppo.batchSize=8&ppo.valueWarmup=1&ppo.warmupIterations=1&run.sampleEvery=2',
].join('&');
const ITEMS = 10;
const BETA = '0.3';
const RUN_MS = 400_000;

const go = (page: Page, hash: string) => page.evaluate((to) => (location.hash = to), hash);

async function watchAndTurnBeta(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Recorded run' }).waitFor();
  await startPlan(page, 'Watch PPO now');
  await waitUntil(page, 'the first update', RUN_MS, async () => (await currentStep(page)) >= 1);
  const box = page.getByRole('textbox', { name: /KL weight/ });
  await box.fill(BETA);
  await box.press('Enter');
  await page.locator('.track .event').getByText(`β ${BETA}`).waitFor();
  await waitUntilDone(page, RUN_MS);
}

async function readOneToken(page: Page): Promise<void> {
  await page.locator('.answer').last().click();
  const inspector = page.getByRole('complementary', { name: 'Token inspector' });
  await inspector.locator('.arithmetic').first().waitFor();
  await page.keyboard.press('Escape');
}

/** Files, a copied address, keys of the charts, and a prompt of one's own. */
async function useTheCharts(page: Page): Promise<void> {
  const chart = page.locator('figure[data-metric="objective/kl"]');
  for (const [words, begin] of [
    ['Save as SVG', '<svg'],
    ['Save as PNG', '\u0089PNG'],
    ['Save numbers as CSV', 'run,metric,step,value'],
  ] as const) {
    await chart.getByLabel('More about objective/kl').click();
    const saving = page.waitForEvent('download');
    await chart.getByRole('button', { name: words }).click();
    const file = await saving;
    expect(readFileSync(await file.path(), 'latin1').slice(0, begin.length), file.suggestedFilename()).toBe(begin);
  }
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await chart.getByLabel('More about objective/kl').click();
  await chart.getByRole('button', { name: 'Copy link' }).click();
  await chart.getByRole('button', { name: 'Link copied' }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`ppo.klCoef=${BETA}`);
  await page.keyboard.press('Escape');

  const smoothing = page.locator('.smooth input');
  const before = await smoothing.inputValue();
  await page.locator('main').first().focus();
  await page.keyboard.press('g');
  await waitUntil(page, 'the raw lines', PATIENCE_MS, async () => (await smoothing.inputValue()) === '0');
  await page.keyboard.press('g');
  expect(await smoothing.inputValue()).toBe(before);

  await page.locator('#own-prompt').fill('Name three animals.');
  await page.locator('#own-prompt').press('Enter');
  await page.getByRole('button', { name: 'Take this prompt off the board: Name three animals.' }).waitFor();
}

/** The first item is a row of the board; the others are drawn. Everything by keys. */
async function labelByKeys(page: Page): Promise<void> {
  const rows = page.getByRole('button', { name: /^Rank the answers to this prompt/ });
  const name = (await rows.first().getAttribute('aria-label')) ?? '';
  await rows.first().click();
  await page.getByLabel('Your nickname').focus();
  await page.keyboard.type('wren');
  await page.keyboard.press('Enter');
  const prompt = page.locator('.prompt h2');
  await prompt.waitFor();
  expect(name).toContain(await prompt.innerText());

  const done = page.locator('section[aria-label="Your work so far"] dd').first();
  for (let i = 0; i < ITEMS; i++) {
    await page.locator('.answer').first().waitFor();
    const asked = await prompt.innerText();
    const answers = await page.locator('.answer').count();
    for (let answer = 1; answer <= answers; answer++) await page.keyboard.press(String(answer));
    await page.keyboard.press('Enter');
    if (i === ITEMS - 1) break;
    await waitUntil(page, `item ${i + 2}`, RUN_MS, async () => (await prompt.innerText()) !== asked);
  }
  await waitUntil(page, 'the tenth label', RUN_MS, async () => Number(await done.innerText()) >= ITEMS - 1);
}

async function teachTheModels(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: /^Mine/ }).check();
  await page.getByRole('button', { name: 'Train the reward model on them' }).click();
  await page.waitForURL(/#\/(rm|ppo)$/);
  await waitUntil(page, 'reward model and PPO to be done', RUN_MS, async () =>
    (await cardStates(page)).slice(1).every((state) => state.startsWith('done')),
  );
  await go(page, '#/label');
  await page.getByText(/People: \d+ rankings/).waitFor();

  await go(page, '#/label/write');
  await page.getByRole('button', { name: 'Run all three steps with them' }).click();
  await page.waitForURL(/#\/sft$/);
  await waitUntilDone(page, RUN_MS);
  await go(page, '#/label');
  await page.getByText(/People: \d+ rankings/).waitFor();
}

async function shareWithAFreshProfile(page: Page): Promise<void> {
  await go(page, '#/ppo');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const address = await page.getByRole('dialog', { name: 'Share' }).getByLabel('Address').inputValue();
  await page.keyboard.press('Escape');
  const context = await page.context().browser()?.newContext();
  if (context === undefined) throw new Error('no browser; expected the one that shows the page.');
  context.setDefaultTimeout(PATIENCE_MS);
  const other = await context.newPage();
  await other.goto(address);
  await other.keyboard.press('3');
  expect(await other.getByRole('textbox', { name: /KL weight/ }).inputValue()).toBe(BETA);
  await context.close();
}

function labelFile(labeler: string, ranks: readonly number[]) {
  const lines = Array.from({ length: 20 }, (_, i) =>
    JSON.stringify({
      prompt: `What does the fox eat, day ${i}?`,
      answers: ['The fox eats bread.', 'The fox eats.', 'I like the fox.'],
      ranks,
      labeler,
    }),
  );
  return { name: `${labeler}.jsonl`, mimeType: 'application/jsonl', buffer: Buffer.from(`${lines.join('\n')}\n`) };
}

async function bringAClass(page: Page): Promise<void> {
  await go(page, '#/label/class');
  await page
    .locator('.drop input')
    .setInputFiles([labelFile('moss', [0, 1, 2]), labelFile('fern', [0, 2, 1]), labelFile('zed', [2, 1, 0])]);
  await page.getByRole('row', { name: 'moss – fern' }).waitFor();
  await page.getByText('72.6 ± 1.5 %').waitFor();
  // A reload, by accident or to free the projector, costs nobody their labels.
  await page.reload();
  await page.getByRole('row', { name: 'moss – fern' }).waitFor();
  expect(await page.getByRole('row', { name: 'moss – fern' }).innerText()).toContain('67 %');
}

async function goOffline(page: Page): Promise<void> {
  await go(page, '#/settings');
  await page.getByText('Ready: the page opens without a network.').waitFor();
  await page.context().setOffline(true);
  await page.reload();
  await go(page, '#/');
  await startPlan(page, 'Watch PPO now');
  await waitUntil(page, 'an update without a network', RUN_MS, async () => (await currentStep(page)) >= 1);
}

test(
  'a workshop: watch, turn β, read a token, rank ten prompts, teach, share, bring a class, go offline',
  { timeout: 1_500_000 },
  async () => {
    await onPage({ query: SHORT_RUN }, async ({ page }) => {
      await watchAndTurnBeta(page);
      await readOneToken(page);
      await useTheCharts(page);
      await labelByKeys(page);
      await teachTheModels(page);
      await shareWithAFreshProfile(page);
      await bringAClass(page);
      await goOffline(page);
    });
  },
);

test('where no engine starts the run replays, and its answers can be ranked', async () => {
  await onPage({ query: 'preset=nano&engine=webgpu&lang=en', hasWebGpu: false }, async ({ page }) => {
    await page.getByRole('region', { name: 'Recorded run' }).getByRole('button', { name: 'Open it' }).click();
    await page.locator('.answer').first().waitFor();
    await go(page, '#/label');
    await page.getByLabel('Your nickname').fill('wren');
    await page.keyboard.press('Enter');
    await page.getByText('No model runs in this browser').waitFor();
    const asked = await page.locator('.prompt h2').innerText();
    for (const key of ['1', '2', 't', 't', 'Enter']) await page.keyboard.press(key);
    // An alert about the engine stands on this page, so the wait does not look for one.
    await page.locator('.prompt h2').filter({ hasNotText: asked }).waitFor();
    expect(await page.locator('section[aria-label="Your work so far"] dd').first().innerText()).toBe('1');
  });
});
