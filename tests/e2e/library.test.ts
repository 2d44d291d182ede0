import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { killAgainAndAgain, summarise } from '../faults/kills';
import { readCheckpoints } from '../faults/storedRuns';
import { onPage, PATIENCE_MS } from './support/page';
import { openRuns, pauseAndKeep, QUERY, rows, saved, trainUntilKept } from './support/runs';
import { currentStep, startPlan, waitUntil } from './support/screen';

describe('kept runs', () => {
  test('a reload offers to continue, with charts, answers and settings as they were', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      const step = await pauseAndKeep(page);
      const name = await page.locator('.top .run').innerText();
      await page.goto(`${inject('pageUrl')}?engine=wasm&preset=nano`);
      const card = page.getByRole('region', { name: 'Continue where you were' });
      expect(await card.innerText()).toContain(`PPO, update ${step} of 2,000`);
      await card.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(/#\/ppo/);
      await waitUntil(page, 'the next update', PATIENCE_MS, async () => (await currentStep(page)) > step);
      expect(await page.locator('.top .run').innerText()).toBe(name);
      expect(page.url()).toContain('ppo.batchSize=8');
      const sentence = await page.locator('figure[aria-label^="objective/kl "]').getAttribute('aria-label');
      // From the first update on, not from where it went on.
      expect(sentence).toContain('between update 1 and');
      expect(await page.locator('.answer').count()).toBeGreaterThan(4);
    });
  });

  test('runs are renamed, duplicated, compared, and deleted with a way back', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      await pauseAndKeep(page);
      await openRuns(page);
      await page.getByRole('button', { name: /^More about/ }).click();
      await page.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('textbox', { name: 'Name of the run' }).fill('first try');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await rows(page).getByText('first try', { exact: true }).waitFor();

      await page.getByRole('button', { name: 'Duplicate' }).click();
      await rows(page).getByText('first try copy', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Delete: first try copy' }).click();
      await page.getByRole('status').getByText('was deleted').waitFor();
      await waitUntil(page, 'one row less', PATIENCE_MS, async () => (await rows(page).count()) === 1);
      await page.getByRole('button', { name: 'Undo' }).click();
      await rows(page).getByText('first try copy', { exact: true }).waitFor();

      await page.getByRole('button', { name: 'More about first try copy' }).click();
      await page.getByRole('button', { name: 'Compare in charts' }).click();
      await page.locator('button[aria-pressed="true"]', { hasText: 'Compare in charts' }).waitFor();
      await page.evaluate(() => (location.hash = '#/ppo'));
      await page.getByRole('button', { name: 'first try copy' }).waitFor();
    });
  });

  test('what is kept can be chosen, its room is shown, and the browser is asked to keep it', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      await pauseAndKeep(page);
      await openRuns(page);
      await page.getByText(/^[\d.]+ MB used by this page, of [\d.]+ GB the browser allows$/).waitFor();
      await page.getByRole('button', { name: /^More about/ }).click();
      const policy = page.getByRole('group', { name: 'Old checkpoints' });
      await policy.getByRole('button', { name: 'Stay' }).click();
      await policy.locator('[aria-pressed="true"]', { hasText: 'Stay' }).waitFor();
      await page
        .getByLabel(/^Keep /)
        .first()
        .check();
      const kept = await rowsOf(page);
      expect(kept.runs.map(({ keepsAll }) => keepsAll)).toEqual([true]);
      expect(kept.checkpoints.filter(({ isPinned }) => isPinned)).toHaveLength(1);

      const ask = page.getByRole('button', { name: 'Ask the browser to keep it' });
      await ask.click();
      await page.getByRole('status').getByText('The browser did not agree').waitFor();
      // The windows of a test are private ones, where no browser agrees; this one does.
      await page.evaluate(() => void (StorageManager.prototype.persist = () => Promise.resolve(true)));
      await ask.click();
      await page.getByRole('status').getByText('The browser will keep it.').waitFor();
    });
  });

  test('a fork begins with other settings, names its parent, and is kept with them', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      const step = await pauseAndKeep(page);
      const parent = await page.locator('.top .run').innerText();
      await openRuns(page);
      await page.getByRole('button', { name: /^More about/ }).click();
      await page
        .getByRole('button', { name: `Fork from PPO, update ${step} of 2,000` })
        .first()
        .click();
      const form = page.getByRole('form', { name: /^Fork from PPO/ });
      // What cannot change while a run goes on is not offered.
      expect(await form.locator('[data-control="ppo.batchSize"]').count()).toBe(0);
      await form.getByLabel('Name of the new run').fill('short leash');
      const box = form.locator('[data-control="ppo.klCoef"] .box');
      await box.fill('no number');
      await box.blur();
      expect(await form.getByRole('button', { name: 'Begin the fork' }).isDisabled()).toBe(true);
      await box.fill('0.75');
      await box.blur();
      await form.getByRole('button', { name: 'Begin the fork' }).click();
      await page.waitForURL(/#\/ppo/);
      await page.locator('.top .run').getByText('short leash').waitFor();
      await waitUntil(page, 'the address to follow', PATIENCE_MS, async () => page.url().includes('ppo.klCoef=0.75'));
      expect(await currentStep(page)).toBe(step);
      // Its first step has not come yet, and still it is kept as it was set.
      await page.goto(`${inject('pageUrl')}?engine=wasm&preset=nano`);
      await openRuns(page);
      expect(await rows(page).count()).toBe(2);
      await page.getByText(`from ${parent}: PPO, update ${step} of 2,000`).waitFor();
      await page.goto(`${inject('pageUrl')}?engine=wasm&preset=nano`);
      const card = page.getByRole('region', { name: 'Continue where you were' });
      await card.getByText('short leash').waitFor();
      await card.getByRole('button', { name: 'Continue' }).click();
      await waitUntil(page, 'the next update', PATIENCE_MS, async () => (await currentStep(page)) > step);
      expect(page.url()).toContain('ppo.klCoef=0.75');
    });
  });

  test('an archive leaves as a file and comes back as a run of its own', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      const step = await pauseAndKeep(page);
      await openRuns(page);
      await page.getByRole('button', { name: /^More about/ }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export' }).click(),
      ]);
      const path = await download.path();
      await page.getByLabel('Open an archive').setInputFiles(path);
      await waitUntil(page, 'the opened archive', PATIENCE_MS, async () => (await rows(page).count()) === 2);
      const [own, opened] = (await readCheckpoints(page)).filter((checkpoint) => checkpoint.step === step);
      expect(own.isWhole && opened.isWhole).toBe(true);
      expect(own.run).not.toBe(opened.run);
      await page.getByLabel('Open an archive').setInputFiles({
        name: 'broken.zip',
        mimeType: 'application/zip',
        buffer: Buffer.from('PK no archive'),
      });
      await page.locator('.library .problem').waitFor();
      expect(await rows(page).count()).toBe(2);
    });
  });
});

describe('trouble', () => {
  test('a window that keeps nothing says so, and the run goes on', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await page.route('**/worker-*.js', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: NO_DATABASE + (await response.text()) });
      });
      await page.reload();
      await startPlan(page, 'Watch PPO now');
      await page.getByText('Nothing can be saved in this window.').waitFor();
      const step = await currentStep(page);
      await waitUntil(page, 'updates', PATIENCE_MS, async () => (await currentStep(page)) > step);
    });
  });

  test('two tabs: one trains a run, the other says so and may take it over', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      const [other] = await Promise.all([
        page.context().waitForEvent('page'),
        page.evaluate((address) => void window.open(address), `${inject('pageUrl')}?engine=wasm&preset=nano`),
      ]);
      const card = other.getByRole('region', { name: 'Continue where you were' });
      await card.getByText('trains in another tab').waitFor();
      await card.getByRole('button', { name: 'Take over' }).click();
      await saved(other).waitFor();
      await page.getByText('goes on in another tab').waitFor();
      await page
        .getByRole('button', { name: /^Run \(|^Run$/ })
        .first()
        .waitFor();
      const step = await currentStep(other);
      await waitUntil(other, 'updates in the other tab', PATIENCE_MS, async () => (await currentStep(other)) > step);
      await other.close();
    });
  });

  test('a byte that changed on disk is noticed, and the checkpoint before is taken', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      await pauseAndKeep(page);
      await spoilNewest(page);
      await page.goto(inject('pageUrl'));
      await page.getByRole('button', { name: 'Continue', exact: true }).click();
      await page.getByText('was not whole').waitFor();
      await saved(page).waitFor();
    });
  });

  test('a full disk is said once, the run goes on, and saving comes back with room', async () => {
    await onPage({ query: QUERY }, async ({ page }) => {
      await trainUntilKept(page);
      const session = await page.context().newCDPSession(page);
      const { origin } = new URL(page.url());
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
      await page.getByText('Saving is off').waitFor();
      const step = await currentStep(page);
      await waitUntil(page, 'updates without room', PATIENCE_MS, async () => (await currentStep(page)) > step);
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      await saved(page).waitFor();
      expect((await readCheckpoints(page)).every(({ isWhole }) => isWhole)).toBe(true);
    });
  });

  test('a killed browser leaves whole checkpoints and runs that go on', async () => {
    const kills = await killAgainAndAgain({
      browser: inject('browserPath'),
      pageUrl: inject('pageUrl'),
      kills: 3,
      seed: 7,
      longestMs: 4000,
    });
    expect(summarise(kills)).toMatchObject({ kills: 3, broken: 0 });
  });
});

/** As a private window does it in some browsers. */
const NO_DATABASE = `IDBFactory.prototype.open = () => { throw new DOMException('not here', 'SecurityError'); };\n`;

/** What the database says of runs and their checkpoints. */
function rowsOf(page: Page): Promise<{ runs: { keepsAll: boolean }[]; checkpoints: { isPinned: boolean }[] }> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('rlhf-in-a-tab');
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const stores = opening.result.transaction(['runs', 'checkpoints']);
          const [runs, checkpoints] = [stores.objectStore('runs').getAll(), stores.objectStore('checkpoints').getAll()];
          stores.oncomplete = () => {
            opening.result.close();
            resolve({ runs: runs.result, checkpoints: checkpoints.result });
          };
        };
      }),
  );
}

/** Turns one bit of a pack that only the newest checkpoint uses. */
async function spoilNewest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const [answer] = [
      <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        }),
    ];
    const database = await answer(indexedDB.open('rlhf-in-a-tab'));
    const stores = database.transaction(['checkpoints', 'packs'], 'readwrite');
    const entries: { number: number; packs: { hash: string }[] }[] = await answer(
      stores.objectStore('checkpoints').getAll(),
    );
    const [newest, ...older] = entries.sort((a, b) => b.number - a.number);
    const shared = new Set(older.flatMap(({ packs }) => packs.map(({ hash }) => hash)));
    const own = newest.packs.find(({ hash }) => !shared.has(hash))!;
    const pack: { bytes: Uint8Array } = await answer(stores.objectStore('packs').get(own.hash));
    pack.bytes[40] ^= 1;
    await answer(stores.objectStore('packs').put(pack));
    database.close();
  });
}
