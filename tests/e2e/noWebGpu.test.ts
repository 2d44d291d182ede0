import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { currentStep, startPlan, waitUntil } from './support/screen';

test('without WebGPU the page takes the processor, says why, and plays the recorded run', async () => {
  await onPage({ hasWebGpu: false }, async ({ page }) => {
    const device = page.locator('.device').first();
    await waitUntil(page, 'the engine', 60_000, async () =>
      (await device.innerText()).includes('chosen automatically'),
    );
    expect(await device.innerText()).toContain('No graphics card: training on the processor');
    expect(await device.innerText()).toContain('no WebGPU here');
    expect(await device.innerText()).toMatch(/preset\s+nano/);
    expect(await page.locator('footer').innerText()).toContain('WebAssembly');
    expect(await page.getByRole('combobox', { name: 'Engine' }).inputValue()).toBe('auto');

    const recorded = page.getByRole('region', { name: 'Recorded run' });
    const position = recorded.locator('.note');
    await waitUntil(page, 'the recorded run to play', 20_000, async () => /\d of \d/.test(await position.innerText()));
    const before = await position.innerText();
    await waitUntil(page, 'the recorded run to go on', 20_000, async () => (await position.innerText()) !== before);
    await recorded.getByRole('button', { name: 'Open it' }).click();
    await page.getByText('Recorded run.').waitFor();
    await waitUntil(page, 'the recorded answers', 30_000, async () => (await page.locator('.answer').count()) > 0);
  });
});

test('a run that is asked for before the engine has started is not replaced by the recorded one', async () => {
  await onPage({ hasWebGpu: false, hasOfflineCopy: false }, async ({ page }) => {
    let release = () => {};
    const isHeld = new Promise<void>((resolve) => (release = resolve));
    await page.route(/worker-[^/]*\.js$/, async (route) => {
      await isHeld;
      await route.continue();
    });
    await page.goto(page.url().split('#')[0].split('?')[0]);
    // The recorded run is there already, and could be shown.
    await page.getByRole('region', { name: 'Recorded run' }).locator('.note').waitFor();
    await startPlan(page, 'Watch PPO now');
    release();
    await waitUntil(page, 'the first update', 120_000, async () => (await currentStep(page)) >= 1);
    expect(await page.locator('.run').innerText()).not.toContain('recorded');
    expect(await page.getByText('Recorded run.').count()).toBe(0);
  });
});
