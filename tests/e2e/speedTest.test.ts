import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BenchRow } from '../../src/bench/rows';
import { onPage, PATIENCE_MS } from './support/page';

test('?bench measures this page beside TensorFlow.js and saves what it measured', async () => {
  await onPage({ query: 'bench' }, async ({ page }) => {
    await page.getByRole('heading', { name: 'Speed test' }).waitFor();
    await page.getByRole('checkbox', { name: 'Train a tiny model' }).uncheck();
    await page.getByRole('checkbox', { name: 'Sample answers' }).uncheck();
    await page.getByRole('button', { name: 'Measure' }).click();
    const table = page.getByRole('region', { name: 'Rewards and advantages' });
    await table.getByRole('row', { name: /TensorFlow\.js/ }).waitFor({ timeout: 2 * PATIENCE_MS });
    await page.getByText('2 results').waitFor({ timeout: PATIENCE_MS });
    // Which part of the engine each of them used.
    await page
      .getByRole('listitem')
      .filter({ hasText: /^WebAssembly.*: processor, WebAssembly SIMD/ })
      .first()
      .waitFor();

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as JSON' }).click();
    const saved = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as { rows: BenchRow[] };
    expect(saved.rows.map(({ workload, side, engine, status }) => [workload, side, engine, status])).toEqual([
      ['W4', 'ours', 'wasm', 'ok'],
      ['W4', 'tfjs', 'wasm', 'ok'],
    ]);
    expect(saved.rows.every((row) => row.ms_median! > 0)).toBe(true);
  });
});
