import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { waitUntil } from './support/screen';

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
