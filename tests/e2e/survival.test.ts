/** What ends a run from outside: a worker that the browser ends, a graphics device that goes away; and staying awake. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { onPage, PATIENCE_MS } from './support/page';
import { pauseAndKeep, QUERY, saved, trainUntilKept } from './support/runs';
import { currentStep, waitUntil } from './support/screen';

/** Remembers the workers of the page, and what becomes of its wake locks. Counts from the next reload on. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: { workers: Worker[]; locks: string[] } = { workers: [], locks: [] };
    const Native = Worker;
    window.Worker = class extends Native {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        seen.workers.push(this);
      }
    };
    if (!('WakeLock' in window)) return void Object.assign(window, { seen });
    const { request } = WakeLock.prototype;
    WakeLock.prototype.request = async function (type) {
      const lock = await request.call(this, type);
      seen.locks.push('taken');
      lock.addEventListener('release', () => seen.locks.push('released'));
      return lock;
    };
    Object.assign(window, { seen });
  });
}

const locks = (page: Page) => page.evaluate(() => (window as unknown as { seen: { locks: string[] } }).seen.locks);

async function endWorker(page: Page): Promise<void> {
  await page.evaluate(() => (window as unknown as { seen: { workers: Worker[] } }).seen.workers.at(-1)!.terminate());
}

describe('a training worker that the browser ended', () => {
  // On plain http there are no locks to notice it by.
  test.each([false, true])(
    'is replaced, and the run goes on from its last save; plain http: %s',
    async (isPlainHttp) => {
      await onPage({ query: QUERY, isPlainHttp }, async ({ page }) => {
        await listen(page);
        await trainUntilKept(page);
        expect(await page.evaluate(() => isSecureContext)).toBe(!isPlainHttp);
        const name = await page.locator('.top .run').innerText();
        await endWorker(page);
        const notice = page.getByText('The browser ended the training.');
        await notice.waitFor();
        const from = Number(
          /update ([\d,]+) of/.exec((await notice.locator('..').innerText()) ?? '')![1].replace(',', ''),
        );
        expect(from).toBeGreaterThan(0);
        await waitUntil(page, 'updates', PATIENCE_MS, async () => (await currentStep(page)) > from + 1);
        expect(await page.locator('.top .run').innerText()).toBe(name);
        await saved(page).waitFor();
        // One run goes on; no second one stands beside it in the charts.
        const sentence = await page.locator('figure[aria-label^="objective/kl "]').getAttribute('aria-label');
        expect(sentence).toContain('between update 1 and');
      });
    },
  );

  test('where the run stood still it stands still again', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await listen(page);
      await trainUntilKept(page);
      const step = await pauseAndKeep(page);
      await endWorker(page);
      await page.getByText('The browser ended the training.').waitFor();
      await page
        .getByRole('button', { name: /^Run \(|^Run$/ })
        .first()
        .waitFor();
      expect(await currentStep(page)).toBe(step);
    });
  });
});

test('the screen is kept awake while a run trains, and no longer', async () => {
  await onPage({ query: QUERY }, async ({ page }) => {
    await listen(page);
    await trainUntilKept(page, 1);
    expect(await locks(page)).toEqual(['taken']);
    await pauseAndKeep(page);
    expect(await locks(page)).toEqual(['taken', 'released']);
    await page
      .getByRole('button', { name: /^Run \(|^Run$/ })
      .first()
      .click();
    await waitUntil(page, 'another lock', PATIENCE_MS, async () => (await locks(page)).length === 3);
    expect(await locks(page)).toEqual(['taken', 'released', 'taken']);
  });
});

/** The smallest model, so that the software adapter compiles and trains in little time. */
const TINY =
  'preset=nano&engine=webgpu&model.layers=1&model.width=16&model.heads=2&sampling.responseLength=8' +
  '&data.demonstrations=64&data.rankings=16&data.validationPrompts=2&data.answersPerPrompt=2' +
  '&pretrain.tokens=400000&pretrain.batchSize=2';

/** Lets the page's device be destroyed by a message, with nothing but the public interface of WebGPU. */
const DESTROYER = `
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...wishes) {
  const device = await requestDevice.apply(this, wishes);
  new BroadcastChannel('destroy').onmessage = () => device.destroy();
  return device;
};
`;

test('a graphics device that goes away is replaced, and the page says so; the second time it suggests less', async () => {
  await onPage({ hasOfflineCopy: false }, async ({ page }) => {
    await page.route('**/worker-*.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: DESTROYER + (await response.text()) });
    });
    await page.goto(`${page.url().split('?')[0]}?${TINY}`);
    await page.getByRole('button', { name: /Start from nothing/ }).click();
    const destroy = () => page.evaluate(() => new BroadcastChannel('destroy').postMessage(null));
    const trains = (after: number) =>
      waitUntil(page, 'steps', 3 * PATIENCE_MS, async () => (await currentStep(page)) > after);
    await trains(2);
    await destroy();
    await page.getByText('The graphics device was lost.').waitFor();
    const first = await currentStep(page);
    await trains(first + 1);
    await destroy();
    await page.getByText('It was lost 2 times in this run').waitFor();
    await trains((await currentStep(page)) + 1);
  });
});
