import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn/safetensors';
import { onPage } from './support/page';
import { currentStep, startPlan, waitUntil } from './support/screen';

const PATIENCE_MS = 120_000;
const SHORT_RUN = 'preset=nano&engine=wasm&ppo.batchSize=16&ppo.valueWarmup=1&ppo.iterations=40&ppo.scoreClip=5';

/** A reward model whose scores are finite, and whose squares are not: it does no harm while scores are clipped. */
function boundlessRewardModel(): Buffer {
  const file = decodeSafetensors(readFileSync('public/models/nano/rm.safetensors'), 'rm.safetensors');
  file.tensors['score.weight'].values.fill(1e30);
  return Buffer.from(encodeSafetensors(file, 'F32'));
}

async function stopClipping(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Advanced' }).click();
  const box = page.locator('#ppo-scoreClip');
  await box.fill('0');
  await box.press('Enter');
}

test('a run that diverges stops, names step and tensor, and goes on from its last good state when asked to', async () => {
  await onPage({ query: SHORT_RUN, hasOfflineCopy: false }, async ({ page }) => {
    const model = boundlessRewardModel();
    await page.context().route('**/models/nano/rm.safetensors', (route) => route.fulfill({ body: model }));
    // The model may have been read before it was changed.
    await page.reload();
    await startPlan(page, 'Watch PPO now');
    await waitUntil(page, 'three good updates', PATIENCE_MS, async () => (await currentStep(page)) >= 3);
    await stopClipping(page);
    const alert = page.getByRole('alert').filter({ hasText: 'not finite' });
    await alert.waitFor();
    const words = (await alert.innerText()).replace(/\s+/g, ' ');
    const [, step, tensor] = /in ppo, step (\d+)\. .* not finite, first in (\S+);/.exec(words) ?? [];
    expect(Number(step), words).toBeGreaterThan(3);
    expect(tensor).toBe('loss');
    expect(await page.locator('.diagnosis').innerText()).toContain('Stopped.');

    await page.getByRole('button', { name: /Go on from ppo \d+ with a third of the rate/ }).click();
    await alert.waitFor({ state: 'detached' });
    expect(await currentStep(page), 'it goes back before the step that broke').toBeLessThan(Number(step));
    await waitUntil(page, 'updates behind it', PATIENCE_MS, async () => (await currentStep(page)) > Number(step));
    expect(await page.locator('.track .event').allInnerTexts()).toContain('Learning rate 1e-4');
  });
}, 400_000);
