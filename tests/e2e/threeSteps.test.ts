import { expect, test } from 'vitest';
import { onPage } from './support/page';
import { cardStates, readLine, startPlan, waitUntilDone } from './support/screen';

/** Every stage, so short that a software adapter on two cores is through in minutes. */
const SHORT_RUN = [
  'preset=nano&engine=webgpu',
  'data.demonstrations=96&sft.epochs=2&sft.batchSize=16&sft.warmupSteps=2',
  'data.rankings=24&data.validationPrompts=12&data.answersPerPrompt=4&rm.epochs=2&rm.batchSize=4',
  'ppo.iterations=4&ppo.batchSize=8&ppo.valueWarmup=1&ppo.warmupIterations=1',
  'run.sampleEvery=2&run.logEvery=2',
].join('&');

test('one press runs SFT, reward model and PPO on the WebGPU engine', async () => {
  await onPage({ query: SHORT_RUN }, async ({ page }) => {
    await startPlan(page, 'Do all three steps');
    await waitUntilDone(page, 480_000);

    // A software adapter that was asked for by name is WebGPU all the same.
    expect(await page.locator('footer').innerText()).toContain('WebGPU in software');
    expect(await page.getByRole('combobox', { name: 'Engine' }).inputValue()).toBe('webgpu');
    for (const state of await cardStates(page)) expect(state).toMatch(/^done · (loss|accuracy|score) [−\d.]+/);

    // The page has followed the run to its last step.
    expect(page.url()).toContain('#/ppo');
    const kl = await readLine(page, 'objective/kl');
    expect(kl.first).toBe(0);
    expect(kl.steps).toEqual([1, 4]);
    expect(Math.abs(kl.last)).toBeLessThan(20);
    expect((await readLine(page, 'objective/scores')).steps).toEqual([1, 4]);
    expect((await readLine(page, 'policy/entropy_avg')).last).toBeGreaterThan(0);
    for (const policy of ['Base', 'SFT', 'PPO']) {
      const answers = page.locator('.answer').filter({ has: page.getByText(policy, { exact: true }) });
      expect(await answers.count(), `${policy} answers`).toBe(4);
      for (const badge of await answers.locator('.badge').allInnerTexts()) expect(badge).toMatch(/^[+−]?\d\.\d\d/);
    }

    await page.goto(`${page.url().split('#')[0]}#/sft`);
    const loss = await readLine(page, 'sft/loss');
    expect(loss.last).toBeLessThan(0.8 * loss.first);
    const accuracy = await readLine(page, 'sft/mean_token_accuracy');
    expect(accuracy.last).toBeGreaterThan(accuracy.first);

    await page.goto(`${page.url().split('#')[0]}#/rm`);
    expect((await readLine(page, 'rm/loss')).steps[0]).toBe(1);
    expect((await readLine(page, 'rm/accuracy')).last).toBeGreaterThan(0);
    expect(await page.locator('.cards .card').filter({ hasText: 'Waiting' }).count()).toBe(0);
  });
});
