import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { waitUntil } from './support/screen';

test('an address sets the form, names what it does not understand, and nothing breaks', async () => {
  const query = 'preset=nano&recipe=paper&engine=wasm&ppo.klCoef=0.35&ppo.lambda=2&ppo.klcoef=1&engine=abacus';
  await onPage({ query }, async ({ page }) => {
    const note = page.getByRole('status').filter({ hasText: 'Part of this link was not understood' });
    const words = await note.innerText();
    expect(words).toContain('ppo.lambda: got 2; expected a number from 0 to 1');
    expect(words).toContain('ppo.klcoef: no such setting');
    expect(words).toContain('engine: got "abacus"');
    await note.getByRole('button', { name: 'Close this message' }).click();
    expect(await note.count()).toBe(0);

    await page.keyboard.press('3');
    expect(await page.getByRole('textbox', { name: /KL weight/ }).inputValue()).toBe('0.35');
    expect(await page.getByRole('combobox', { name: 'Preset' }).inputValue()).toBe('nano');
    expect(await page.getByRole('combobox', { name: 'Recipe' }).first().inputValue()).toBe('paper');

    // Another preset is for the next run; the worker and its engine stay.
    await waitUntil(page, 'the engine', 60_000, async () =>
      (await page.locator('footer').innerText()).includes('WebAssembly SIMD'),
    );
    const trainers = () => page.workers().filter((each) => !each.url().includes('kernelThread'));
    const [worker] = trainers();
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('small');
    expect(await worker.evaluate(() => 'alive')).toBe('alive');
    expect(trainers()).toEqual([worker]);
  });
});

test('a screen that the address names while the page is still starting is the one that opens', async () => {
  await onPage({ query: 'lang=en' }, async ({ page }) => {
    let letGo = () => {};
    const isNamed = new Promise<void>((resolve) => (letGo = resolve));
    await page.route(/\/german-[^/]*\.js$/, async (route) => {
      await isNamed;
      await route.continue();
    });
    const words = page.waitForRequest(/\/german-/);
    await page.goto(page.url().replace('lang=en', 'lang=de'), { waitUntil: 'commit' });
    await words;
    await page.evaluate(() => (location.hash = '#/settings'));
    letGo();
    await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor();
  });
});

test('settings that do not fit together say so before anything starts', async () => {
  await onPage({ query: 'preset=nano&engine=wasm&ppo.minibatches=3' }, async ({ page }) => {
    expect(await page.getByRole('alert').innerText()).toContain('3 does not divide ppo.batchSize 64');
    await page.getByRole('button', { name: 'Watch PPO now' }).click();
    expect(page.url()).not.toContain('#/ppo');
  });
});
