import { expect, inject, test } from 'vitest';
import { onPage } from './support/page';
import { currentStep, startPlan, waitUntil } from './support/screen';

test('every file comes from the folder the page is in', async () => {
  const pageUrl = inject('pageUrl');
  expect(new URL(pageUrl).pathname.length).toBeGreaterThan(1);
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page, requests }) => {
    await startPlan(page, 'Do all three steps');
    await waitUntil(page, 'the first step', 60_000, async () => (await currentStep(page)) > 0);
    // onPage fails on any address outside the folder; here the files must have been asked for at all.
    for (const file of [
      /tokenizer\.json$/,
      /models\/nano\/base\.safetensors$/,
      /\.wasm$/,
      /worker-.*\.js$/,
      /\.woff2$/,
    ])
      expect(requests.filter((url) => file.test(url)).length, String(file)).toBeGreaterThan(0);

    // A reload on a screen's own address comes back to that screen.
    await page.goto(`${pageUrl}?preset=nano#/rm`);
    await page.reload();
    await page.getByRole('heading', { name: 'Health check before PPO' }).waitFor();
  });
});
