import { expect, test } from 'vitest';
import { onPage } from './support/page';

test('language, theme, type and keys change at once and are remembered', async () => {
  await onPage({ query: 'preset=nano&engine=wasm' }, async ({ page }) => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');

    await page.getByRole('button', { name: 'Dunkel' }).click();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
    const before = await size();
    await page.getByRole('button', { name: 'Größer' }).click();
    expect(await size()).toBeCloseTo(before * 1.3, 1);

    await page.getByRole('button', { name: /Taste ändern für: Auswerten/ }).click();
    await page.keyboard.press('3');
    expect(await page.getByRole('alert').innerText()).toContain('„3“ bedeutet schon');
    await page.keyboard.press('e');
    await page.reload();
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await page.keyboard.press('e');
    await page.waitForURL(/#\/eval/);

    await page.keyboard.press('3');
    await page.getByRole('heading', { name: 'PPO-Regler' }).waitFor();
    await page.evaluate(() => (location.hash = '#/settings'));
    await page.getByRole('button', { name: 'Diese Einstellungen zurücksetzen' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(await page.locator('html').getAttribute('data-text')).toBe('normal');
  });
});
