import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config';
import { startEngine } from '../../src/kernels/device';
import { loadShipped } from '../../src/pipeline/assets';
import type { MetricsRow } from '../../src/pipeline/report';
import { createRun, runStage, shapeOf } from '../../src/pipeline/run';

const ITERATIONS = 30;
const overrides = {
  'ppo.iterations': ITERATIONS,
  'ppo.batchSize': 32,
  'ppo.learningRate': 4e-4,
  'ppo.valueWarmup': 3,
  'run.seed': 1,
};

const read = (path: string) => Promise.resolve(new Uint8Array(readFileSync(`public/${path}`)));

describe('thirty PPO iterations from the shipped SFT and reward model', () => {
  const rows: MetricsRow[] = [];

  beforeAll(async () => {
    await startEngine('wasm');
    const config = resolveConfig({ version: 1, preset: 'nano', recipe: 'proven', overrides });
    const run = createRun(config, readFileSync('public/tokenizer.json', 'utf8'));
    run.models.sft = await loadShipped(read, 'nano', 'sft', shapeOf(config), run.curriculum.fingerprint);
    run.models.rewardModel = await loadShipped(read, 'nano', 'rm', shapeOf(config), run.curriculum.fingerprint);
    for await (const report of runStage(run, 'ppo')) rows.push(...report.rows);
  }, 300_000);

  const mean = (key: keyof MetricsRow['metrics'], from: number, to: number) => {
    const part = rows.slice(from, to).map((row) => row.metrics[key]!);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  };

  it('runs every iteration', () => expect(rows).toHaveLength(ITERATIONS));

  it('raises the true reward by at least 0.1', () => {
    expect(mean('objective/true_score', 20, 30) - mean('objective/true_score', 0, 5)).toBeGreaterThan(0.1);
  });

  it('raises the reward model score by at least 0.3', () => {
    expect(mean('objective/scores', 20, 30) - mean('objective/scores', 0, 5)).toBeGreaterThan(0.3);
  });

  it('keeps KL and ratio bounded', () => {
    expect(mean('objective/kl', 25, 30)).toBeLessThan(4);
    expect(Math.abs(mean('val/ratio', 5, 30) - 1)).toBeLessThan(0.1);
  });

  it('starts with KL 0: the first policy is the reference', () => {
    expect(Math.abs(rows[0].metrics['objective/kl']!)).toBeLessThan(1e-4);
  });
});
