import type { Page } from 'playwright-core';
import { readCheckpoints } from '../../faults/storedRuns';
import { PATIENCE_MS } from './page';
import { currentStep, startPlan, waitUntil } from './screen';

/** Small updates, many of them: the run does not end while it is looked at. */
export const QUERY = 'preset=nano&engine=wasm&ppo.batchSize=8&ppo.iterations=2000&run.sampleEvery=50';

export const saved = (page: Page) => page.locator('footer a.saved:not(.not)');
export const rows = (page: Page) => page.locator('.runs .run');

/** Trains PPO until something of it is kept, saving every five seconds from then on. */
export async function trainUntilKept(page: Page, updates = 3): Promise<void> {
  await page.evaluate(() => localStorage.setItem('rlhf.autosave', '5'));
  await page.reload();
  await startPlan(page, 'Watch PPO now');
  await saved(page).waitFor();
  await waitUntil(page, 'updates', PATIENCE_MS, async () => (await currentStep(page)) >= updates);
}

/** Stops the run and waits until it is kept as it stands. */
export async function pauseAndKeep(page: Page): Promise<number> {
  await page
    .getByRole('button', { name: /^Pause/ })
    .first()
    .click();
  await page
    .getByRole('button', { name: /^Run \(|^Run$/ })
    .first()
    .waitFor();
  const step = await currentStep(page);
  await waitUntil(page, 'the pause to be kept', PATIENCE_MS, async () =>
    (await readCheckpoints(page)).some((checkpoint) => checkpoint.step === step),
  );
  return step;
}

export async function openRuns(page: Page): Promise<void> {
  await page.evaluate(() => (location.hash = '#/runs'));
  await rows(page).first().waitFor();
}
