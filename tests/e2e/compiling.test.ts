/** On a graphics card the first step waits for its programs; the page says how far they have come. */
import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { currentStep, startPlan, waitUntil } from './support/screen';

const SHORT_RUN = 'preset=nano&engine=webgpu&ppo.batchSize=4&ppo.valueWarmup=0&ppo.iterations=1';
const COMPILING = /compiling GPU programs, (\d+) of (\d+)/;

test('says how far the programs of the graphics card have come, and then trains', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    const seen: { done: number; total: number }[] = [];
    // Pressed at once: whoever reads the start page first waits for less, or for nothing.
    await startPlan(page, 'Watch PPO now');
    await waitUntil(page, 'a first update', 500_000, async () => {
      const found = COMPILING.exec(await page.locator('body').innerText());
      if (found) seen.push({ done: Number(found[1]), total: Number(found[2]) });
      return (await currentStep(page)) >= 1;
    });
    expect(seen.length, 'looks at the page that found it compiling').toBeGreaterThan(0);
    for (const { done, total } of seen) {
      expect(total).toBeGreaterThan(1);
      expect(done).toBeLessThan(total);
    }
  });
});
