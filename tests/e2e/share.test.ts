import { expect, test } from 'vitest';
import { onPage, PATIENCE_MS } from './support/page';

test('a shared address opens the same form in a fresh profile, and inside another page', async () => {
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page }) => {
    await page.keyboard.press('3');
    const weight = page.getByRole('textbox', { name: /KL weight/ });
    await weight.fill('0.35');
    await weight.press('Enter');
    // The address bar follows the form, so that a bookmark is a shared link too.
    await page.waitForURL(/ppo\.klCoef=0\.35/);

    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Share' });
    await dialog.getByLabel('projector view').check();
    await dialog.getByRole('button', { name: 'changed ones only' }).click();
    const address = await dialog.getByLabel('Address').inputValue();
    expect(address).toContain('show=ppo.klCoef');
    await dialog.getByText('Embed in another page').click();
    const frame = await dialog.getByRole('textbox', { name: 'Embed in another page' }).inputValue();
    expect(frame).toMatch(/^<iframe src="http[^"]*embed=1[^"]*"/);

    const context = await page.context().browser()?.newContext();
    if (context === undefined) throw new Error('no browser; expected the one that shows the page.');
    context.setDefaultTimeout(PATIENCE_MS);
    const other = await context.newPage();
    await other.goto(address);
    await other.locator('html[data-view="projector"]').waitFor();
    await other.keyboard.press('p');
    expect(await other.getByRole('textbox').count(), 'only the changed control').toBe(1);
    expect(await other.getByRole('textbox', { name: /KL weight/ }).inputValue()).toBe('0.35');

    // A tab of its own: an empty page in a used tab inherits the isolation of the page before it.
    const host = await context.newPage();
    await host.setContent(frame, { waitUntil: 'commit' });
    const inside = host.frameLocator('iframe');
    await inside.getByRole('link', { name: 'Open the whole page' }).waitFor();
    await context.close();
  });
});

test('the projector view shows one chart and one prompt, and presenter keys turn them', async () => {
  await onPage({ query: 'preset=nano&engine=wasm&view=projector' }, async ({ page }) => {
    await page.getByRole('region', { name: 'Recorded run' }).getByRole('button', { name: 'Open it' }).click();
    await page.locator('.projector .chart').waitFor();
    expect(await page.locator('.projector .chart').count()).toBe(1);
    const metric = page.locator('.projector .chart .name');
    const first = await metric.innerText();
    await page.keyboard.press('PageDown');
    expect(await metric.innerText()).not.toBe(first);
    await page.keyboard.press('ArrowLeft');
    expect(await metric.innerText()).toBe(first);

    const prompt = page.locator('.projector .prompt');
    await prompt.waitFor({ timeout: 60_000 });
    const asked = await prompt.innerText();
    await page.keyboard.press('ArrowDown');
    expect(await prompt.innerText()).not.toBe(asked);

    const size = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
    expect(size).toBeGreaterThanOrEqual(13.5 * 1.3);
    await page.keyboard.press('p');
    await page.locator('.board').waitFor();
  });
});
