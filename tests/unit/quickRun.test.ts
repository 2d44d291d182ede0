import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config';
import { answer } from '../../src/evaluation/answers';
import { summarise, type PolicySummary } from '../../src/evaluation/summary';
import { startEngine } from '../../src/kernels/device';
import { COLLAPSE_SIGN_KEYS, findCollapses } from '../../src/metrics/collapse';
import { loadShipped } from '../../src/pipeline/assets';
import type { MetricsRow } from '../../src/pipeline/report';
import { createRun, runStage, shapeOf } from '../../src/pipeline/run';

const ITERATIONS = 30;
const HELD_OUT = 1000;
const overrides = {
  'ppo.iterations': ITERATIONS,
  'ppo.batchSize': 64,
  'ppo.learningRate': 4e-4,
  'ppo.klCoef': 0.2,
  'ppo.valueWarmup': 3,
  'run.seed': 1,
};

const read = (path: string) => Promise.resolve(new Uint8Array(readFileSync(`public/${path}`)));

describe('thirty PPO iterations from the shipped SFT and reward model', () => {
  const rows: MetricsRow[] = [];
  let before: PolicySummary;
  let after: PolicySummary;

  beforeAll(async () => {
    await startEngine('wasm');
    const config = resolveConfig({ version: 1, preset: 'nano', recipe: 'proven', overrides });
    const run = createRun(config, readFileSync('public/tokenizer.json', 'utf8'));
    run.models.sft = await loadShipped(read, 'nano', 'sft', shapeOf(config), run.curriculum.fingerprint);
    run.models.rewardModel = await loadShipped(read, 'nano', 'rm', shapeOf(config), run.curriculum.fingerprint);
    const prompts = run.curriculum.testPrompts.slice(0, HELD_OUT);
    before = summarise(await answer(run, { name: 'sft', model: run.models.sft }, prompts));
    for await (const report of runStage(run, 'ppo')) rows.push(...report.rows);
    after = summarise(await answer(run, { name: 'ppo', model: run.models.policy! }, prompts));
  }, 600_000);

  it('runs every iteration', () => expect(rows).toHaveLength(ITERATIONS));

  // A third of the preset's updates from a shipped SFT model at 0.43: measured 0.09 with a standard error of 0.02.
  // `npm run accept` asks for 0.1 of the whole run.
  it('raises the true reward of held-out prompts by at least 0.05', () => {
    expect(after.trueReward.mean - before.trueReward.mean).toBeGreaterThan(0.05);
  });

  it('raises the reward model score of held-out prompts by at least 0.3', () => {
    expect(after.proxy!.mean - before.proxy!.mean).toBeGreaterThan(0.3);
  });

  it('keeps KL and ratio bounded', () => {
    expect(after.kl!.mean).toBeGreaterThan(0);
    expect(after.kl!.mean).toBeLessThan(4);
    const ratios = rows.map((row) => row.metrics['val/ratio']).filter((ratio) => ratio !== undefined);
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
  });

  it('carries no sign of collapse', () => {
    const steps = rows.map(({ step }) => step);
    const lines = COLLAPSE_SIGN_KEYS.map((sign) => [sign, { steps, values: rows.map((row) => row.metrics[sign]!) }]);
    expect(findCollapses(Object.fromEntries(lines))).toEqual([]);
  });

  it('starts with KL 0: the first policy is the reference', () => {
    expect(Math.abs(rows[0].metrics['objective/kl']!)).toBeLessThan(1e-4);
  });
});
