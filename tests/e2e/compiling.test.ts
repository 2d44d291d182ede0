/** On a graphics card the first step waits for its programs; the page says how far they have come. */
import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { currentStep, startPlan, waitUntil } from './support/screen';

const SHORT_RUN = 'preset=nano&engine=webgpu&ppo.batchSize=4&ppo.valueWarmup=0&ppo.iterations=1';
const COMPILING = /compiling GPU programs, (\d+) of (\d+)/;

declare global {
  interface Window {
    compilesSeen: string[];
  }
}

/** Keeps every text about compiling that the page shows, however short. */
function watchCompiling(): void {
  window.compilesSeen = [];
  const look = () => {
    const found = /compiling GPU programs, \d+ of \d+/.exec(document.body.textContent);
    if (found && window.compilesSeen.at(-1) !== found[0]) window.compilesSeen.push(found[0]);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}

test('says how far the programs of the graphics card have come, and then trains', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    await page.evaluate(watchCompiling);
    // Pressed at once: whoever reads the start page first waits for less, or for nothing.
    await startPlan(page, 'Watch PPO now');
    await waitUntil(page, 'a first update', 500_000, async () => (await currentStep(page)) >= 1);
    const seen = await page.evaluate(() => window.compilesSeen);
    expect(seen.length, 'texts about compiling').toBeGreaterThan(0);
    for (const text of seen) {
      const [, done, total] = COMPILING.exec(text)!.map(Number);
      expect(done, text).toBeLessThan(total);
    }
  });
});
