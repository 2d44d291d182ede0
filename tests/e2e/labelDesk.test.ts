import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { waitUntil } from './support/screen';

/** From the shipped models, and so short that two cores are through in a minute. */
const SHORT_RUN = [
  'preset=nano&engine=wasm',
  'data.rankings=24&data.validationPrompts=12&data.answersPerPrompt=4&rm.epochs=1&rm.batchSize=4',
  'ppo.iterations=2&ppo.batchSize=8&ppo.valueWarmup=1&ppo.warmupIterations=1',
].join('&');

const ITEMS = 10;
/** A worker that shares two cores with everything else may take its time to start. */
const PATIENCE = { timeout: 120_000 };

/** Twenty-four rankings of the same answers by one person, as a class would bring them. */
function labelFile(labeler: string, group: string, isContrary: boolean): string {
  return Array.from({ length: 24 }, (_, i) => {
    const ranks = isContrary ? [2, 1, 0] : [0, 1, 2];
    const answers = ['The fox eats bread.', 'The fox eats.', 'I like the fox.'];
    return `${JSON.stringify({ prompt: `What does the fox eat, day ${i}?`, answers, ranks, labeler, group })}\n`;
  }).join('');
}

const asFile = (name: string, text: string) => ({ name, mimeType: 'application/jsonl', buffer: Buffer.from(text) });

test('ten prompts are ranked by keys alone, survive a reload, and train the reward model', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    const address = page.url().split('#')[0];
    await page.goto(`${address}#/label`);
    await page.getByLabel('Your nickname').focus();
    await page.keyboard.type('wren');
    await page.keyboard.press('Enter');

    const done = page.locator('section[aria-label="Your work so far"] dd').first();
    for (let i = 0; i < ITEMS; i++) {
      await page.locator('.answer').first().waitFor(PATIENCE);
      const prompt = await page.locator('.prompt h2').innerText();
      const answers = await page.locator('.answer').count();
      // Best to worst, and the last one tied with the one above.
      for (let answer = 1; answer < answers; answer++) await page.keyboard.press(String(answer));
      await page.keyboard.press('t');
      await page.keyboard.press('Enter');
      await waitUntil(
        page,
        `item ${i + 2}`,
        120_000,
        async () => (await done.innerText()) === String(Math.min(i + 1, 9)),
      );
      if (i < ITEMS - 2) {
        const next = async () => (await page.locator('.prompt h2').innerText()) !== prompt;
        await waitUntil(page, `another prompt than "${prompt}"`, 120_000, next);
      }
    }
    // The tenth was an item from before: it measures consistency and teaches nothing twice.
    await page.getByText('the same again when an item came back').waitFor(PATIENCE);

    await page.reload();
    await page.getByText('Your labels').waitFor(PATIENCE);
    expect(await done.innerText()).toBe('9');

    await page.getByRole('checkbox', { name: /^Mine/ }).check();
    await page.getByRole('button', { name: 'Train the reward model on them' }).click();
    await page.waitForURL(/#\/(rm|ppo)$/, PATIENCE);
    await waitUntil(page, 'reward model and PPO to be done', 240_000, async () => {
      const states = await page.locator('.strip .state').allInnerTexts();
      return states.slice(1, 3).every((state) => state.replaceAll(/\s+/g, ' ').trim().startsWith('done'));
    });
    await page.goto(`${address}#/label`);
    await page.getByText(/People: 9 rankings/).waitFor(PATIENCE);
    expect(await page.getByText(/Simulated labelers: 24 rankings/).count()).toBe(1);
  });
});

test('three label files show how far a class agrees, and bad lines are named', async () => {
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page }) => {
    await page.goto(`${page.url().split('#')[0]}#/label/class`);
    await page
      .locator('.drop input')
      .setInputFiles([
        asFile('wren.jsonl', labelFile('wren', 'red', false)),
        asFile('moss.jsonl', labelFile('moss', 'red', false)),
        asFile('zed.jsonl', `${labelFile('zed', 'blue', true)}{"prompt": 7}\n`),
      ]);
    const broken = page.getByRole('alert', { name: 'zed.jsonl' });
    await broken.waitFor(PATIENCE);
    expect(await broken.locator('tbody tr').first().innerText()).toMatch(/^25\s/);
    await broken.getByRole('button', { name: 'Keep the 24 good lines of 25' }).click();

    const row = (name: string) => page.getByRole('row', { name });
    await row('wren – zed').waitFor(PATIENCE);
    expect(await row('wren – moss').innerText()).toContain('100 %');
    expect(await row('wren – zed').innerText()).toContain('0 %');
    expect(await row('everyone').innerText()).toContain('33 %');
    await page.getByText('72.6 ± 1.5 %').waitFor(PATIENCE);
    // Two groups stand on two sides, and each has enough rankings to be compared.
    await page.getByText('Group red: 48 rankings · Group blue: 24 rankings').waitFor(PATIENCE);
    expect(await page.getByRole('button', { name: 'Train both and compare' }).isEnabled()).toBe(true);
  });
});
