/** The bytes on paper against those that a device which computes nothing really hands out. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig, type Config } from '../../src/config/config';
import { checkMemory, judgeNeed, largestTensor, parameterCount, stageNeed } from '../../src/config/memoryNeed';
import { compileFor } from '../../src/kernels/compileFor';
import type { DeviceMemory } from '../../src/kernels/deviceMemory';
import { parameterShapes } from '../../src/nn/gpt';
import type { Stage } from '../../src/pipeline/report';
import { disposeRun, runStage, shapeOf } from '../../src/pipeline/run';
import { startIdleGpu } from '../support/idleGpu';
import { fewExamples, runBefore } from '../support/stageStart';

const tokenizer = readFileSync('public/tokenizer.json', 'utf8');
const CONFIGS: [string, Parameters<typeof resolveConfig>[0]['overrides'], 'nano' | 'small'][] = [
  ['nano', {}, 'nano'],
  ['small', {}, 'small'],
  ['small with a pretraining mix', { 'ppo.ptxCoef': 0.5 }, 'small'],
  [
    'three layers of 96, moving average, many small pieces',
    { 'model.layers': 3, 'model.width': 96, 'ppo.batchSize': 128, 'ppo.minibatches': 8, 'ppo.emaDecay': 0.99 },
    'nano',
  ],
  [
    'one wide layer, dropout, nine answers to a prompt',
    { 'model.layers': 1, 'model.width': 192, 'sft.dropout': 0.2, 'data.answersPerPrompt': 9, 'pretrain.batchSize': 24 },
    'nano',
  ],
];

/** Estimates are at the longest prompts and for any order of batch widths; what is used lies within these shares. */
const STEP = [0.6, 1.05] as const;
const TOTAL = [0.55, 1.35] as const;

const memory = () => (tf.backend() as unknown as { bufferManager: DeviceMemory }).bufferManager;

async function measure(stage: Stage, config: Config) {
  const run = runBefore(stage, config, tokenizer);
  const before = memory().numBytesAllocated;
  memory().peakBytesAllocated = before;
  const loop = runStage(run, stage);
  for (let i = 0; i < 5; i++) await loop.next();
  const used = { step: memory().largestPlanBytes, peak: memory().peakBytesAllocated };
  await loop.return(undefined);
  disposeRun(run);
  return used;
}

describe.each(CONFIGS)('%s', (_, overrides, preset) => {
  const config = fewExamples(preset, overrides);
  beforeAll(startIdleGpu);

  it('counts its parameters', () => {
    const shapes = parameterShapes(shapeOf(config)).map(([, shape]) => shape);
    expect(parameterCount(config)).toBe(shapes.reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0));
  });

  it.each(['pretrain', 'sft', 'rm', 'ppo'] as const)(
    '%s takes about as much as was foreseen',
    async (stage) => {
      const need = stageNeed(config, stage);
      const { step, peak } = await measure(stage, config);
      const shares = { step: step / need.step, total: peak / need.total };
      expect(shares.step, `step: ${step} of ${need.step}`).toBeGreaterThan(STEP[0]);
      expect(shares.step, `step: ${step} of ${need.step}`).toBeLessThan(STEP[1]);
      expect(shares.total, `total: ${peak} of ${need.total}`).toBeGreaterThan(TOTAL[0]);
      expect(shares.total, `total: ${peak} of ${need.total}`).toBeLessThan(TOTAL[1]);
    },
    120_000,
  );
});

/** Workloads W5 and W6 of the bench. Paper: weights, optimisers, and the tensors alive at one moment of the largest step. */
describe.each([
  ['PPO', 0],
  ['PPO-ptx', 0.5],
])('iterations of %s with preset small', (_, ptxCoef) => {
  it('take at most 1.3 times what they need on paper, free buffers included', { timeout: 120_000 }, async () => {
    await startIdleGpu();
    const config = fewExamples('small', { 'ppo.ptxCoef': ptxCoef });
    const { weights, optimiser } = stageNeed(config, 'ppo');
    const { step, peak } = await measure('ppo', config);
    expect(peak).toBeLessThan(1.3 * (weights + optimiser + step));
  });
});

it('looking a step through for its programs takes no buffers', async () => {
  await startIdleGpu();
  const before = memory().numBytesAllocated;
  memory().peakBytesAllocated = before;
  let values = 0;
  await compileFor('squares', () => {
    values = tf.tidy(() => tf.fill([1000, 1000], 2).square().size);
  });
  expect(values).toBe(1_000_000);
  expect(memory().peakBytesAllocated).toBe(before);
});

describe('what is foreseen', () => {
  const config = resolveConfig({ version: 1, preset: 'small', recipe: 'proven', overrides: {} });
  const { total, slack } = stageNeed(config, 'ppo');

  it('fits, is tight or is refused by what the device allows', () => {
    expect(judgeNeed(config, 'ppo', {})).toBe('fits');
    expect(judgeNeed(config, 'ppo', { total: 2.1 * total })).toBe('fits');
    expect(judgeNeed(config, 'ppo', { total: 1.9 * total })).toBe('tight');
    expect(judgeNeed(config, 'ppo', { total: total - slack - 1 })).toBe('tooLarge');
    expect(judgeNeed(config, 'ppo', { tensor: largestTensor(config, 'ppo') })).toBe('fits');
    expect(judgeNeed(config, 'ppo', { tensor: largestTensor(config, 'ppo') - 1 })).toBe('tooLarge');
  });

  it('names stage, bytes and remedy where it refuses', () => {
    expect(() => checkMemory(config, ['sft', 'ppo'], {})).not.toThrow();
    expect(() => checkMemory(config, ['sft', 'ppo'], { total: 1e6 })).toThrow(
      /^memory: sft needs about \d+ MB; expected at most 1 MB.*; choose smaller batches or a smaller preset\.$/,
    );
    expect(() => checkMemory(config, ['ppo'], { tensor: 1e6 })).toThrow(/^memory: ppo needs one tensor of \d+ MB/);
  });
});
