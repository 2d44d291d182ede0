import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { currentStep, startPlan, waitUntil } from './support/screen';

test('after one visit the page opens and trains without a network', async () => {
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page }) => {
    await page.evaluate(() => (location.hash = '#/settings'));
    await page.getByText('Ready: the page opens without a network.').waitFor({ timeout: 120_000 });
    const kept = await page.evaluate(async () => {
      const cache = await caches.open('rlhf-in-a-tab');
      return (await cache.keys()).map((request) => request.url);
    });
    for (const file of ['index.html', 'tokenizer.json', 'models/nano/rm.safetensors', 'models/small/base.safetensors'])
      expect(
        kept.some((url) => url.includes(`/${file}?kept=`)),
        `${file} is kept by its hash`,
      ).toBe(true);

    await page.context().setOffline(true);
    await page.goto(`${page.url().split('#')[0]}#/`);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await startPlan(page, 'Watch PPO now');
    await waitUntil(page, 'the first update', 120_000, async () => (await currentStep(page)) > 0);

    await page.evaluate(() => (location.hash = '#/settings'));
    await page.getByRole('button', { name: 'Delete the offline copy' }).click();
    await page.getByText('The offline copy is gone').waitFor();
    expect(await page.evaluate(() => caches.keys())).toEqual([]);
  });
});
