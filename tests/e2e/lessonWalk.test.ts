import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { BREAKAGES } from '../../src/ui/learn/breakages';
import { breakages } from '../../src/ui/learn/content/en/breakages';
import { LESSONS } from '../../src/ui/learn/lessons';
import { onPage, PATIENCE_MS } from './support/page';
import { cardStates, currentStep, waitUntil } from './support/screen';

/** All three steps in a minute, and PPO long enough for lessons that watch seventy updates. */
const SHORT = [
  'preset=nano&engine=wasm&lang=en&run.sampleEvery=20',
  'data.demonstrations=96&data.rankings=24&data.validationPrompts=12&rm.epochs=1&rm.batchSize=8',
  'ppo.batchSize=8&ppo.iterations=80',
].join('&');
/** A step that trains, on a machine with other work. */
const STEP_MS = 400_000;

const lesson = (page: Page) => page.getByRole('complementary', { name: 'Lesson', exact: true });

/** Walks the open lesson with "Do it for me", as a teacher would who tries it before class. */
async function walk(page: Page, steps: number): Promise<void> {
  const card = lesson(page);
  for (let at = 1; at <= steps; at++) {
    await card.getByText(`step ${at} of ${steps}`, { exact: true }).waitFor();
    const next = card.getByRole('button', { name: at === steps ? 'Finish' : 'Next' });
    const wand = card.getByRole('button', { name: 'Do it for me', exact: true });
    let isAsked = false;
    await waitUntil(page, `step ${at} to be done`, STEP_MS, async () => {
      if (await next.isEnabled()) return true;
      // What was begun in the step before may still be under way, and do this one as well.
      if (isAsked || (await wand.count()) === 0 || (await wand.isDisabled())) return false;
      isAsked = true;
      await wand.click();
      return false;
    });
    await next.click();
  }
  await card.getByText('Lesson finished.').waitFor();
}

test.each(LESSONS.map(({ id }) => id))('lesson "%s" ends when every step has been done for the learner', async (id) => {
  const steps = LESSONS.find((each) => each.id === id)?.steps.length ?? 0;
  await onPage({ query: `${SHORT}&lesson=${id}` }, async ({ page }) => {
    await walk(page, steps);
    expect(await lesson(page).innerText()).toContain('1 of 9 done');
    // Whatever a step brings into sight, the page itself stays where it is.
    expect(await page.evaluate(() => scrollY)).toBe(0);
  });
});

test('every failure on the shelf begins with one press, and the labeler alone is dismissed again', async () => {
  await onPage({ query: 'preset=nano&engine=wasm&lang=en' }, async ({ page }) => {
    const address = page.url().split('#')[0];
    for (const { id, settings, plan, ...rest } of BREAKAGES) {
      await page.goto(`${address.split('?')[0]}?preset=nano&engine=wasm&lang=en#/learn/break`);
      const item = page.getByRole('listitem').filter({ hasText: breakages[id].title });
      await item.getByRole('button', { name: 'Break it' }).click();
      const isBegun = async () =>
        'taste' in rest ? (await cardStates(page))[1].startsWith('running') : (await currentStep(page)) >= 1;
      await waitUntil(page, `${id} to run ${plan}`, STEP_MS, isBegun);
      for (const key of Object.keys(settings)) expect(page.url(), id).toContain(`${key}=`);
      // The card is about what runs now.
      await lesson(page).getByRole('button', { name: 'Repair and start again' }).waitFor({ timeout: PATIENCE_MS });
      if (!('taste' in rest)) continue;
      await lesson(page).getByRole('button', { name: 'Repair and start again' }).click();
      await waitUntil(page, 'the repaired run', STEP_MS, async () => (await currentStep(page)) >= 1);
      await page.goto(`${page.url().split('#')[0]}#/label/class`);
      await page.getByRole('group', { name: /Drop/ }).waitFor();
      expect(await page.getByText('one-taste.jsonl').count()).toBe(0);
    }
  });
});
