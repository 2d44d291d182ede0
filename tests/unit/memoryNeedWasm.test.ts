/** The bytes on paper against the heap of the wasm engine, which computes them in earnest: a fresh heap for each stage. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config';
import { judgeNeed, stageNeed } from '../../src/config/memoryNeed';
import { wasmHeapBytes } from '../../src/bench/wasmHeap';
import { memoryLimits, startEngine } from '../../src/kernels/device';
import type { Stage } from '../../src/pipeline/report';
import { disposeRun, runStage } from '../../src/pipeline/run';
import { fewExamples, runBefore } from '../support/stageStart';

const tokenizer = readFileSync('public/tokenizer.json', 'utf8');

/** Estimates are at the longest prompts and for all copies that SFT makes; what is used lies within these shares. */
const [LEAST, MOST] = [0.5, 1];

/** On a machine that does much else. */
const FIVE_MINUTES = { timeout: 300_000 };

async function startEmptyHeap(): Promise<void> {
  const factory = tf.findBackendFactory('wasm');
  if (tf.engine().registry['wasm']) {
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory);
  }
  await startEngine('wasm');
}

async function heapOf(stage: Stage, config: Config, steps: number): Promise<number> {
  await startEmptyHeap();
  const run = runBefore(stage, config, tokenizer);
  const loop = runStage(run, stage);
  for (let i = 0; i < steps; i++) await loop.next();
  const bytes = wasmHeapBytes()!;
  await loop.return(undefined);
  disposeRun(run);
  return bytes;
}

function expectForeseen(used: number, config: Config, stage: Stage): void {
  const { total } = stageNeed(config, stage, 'wasm');
  expect(used / total, `${stage}: ${used} of ${total}`).toBeGreaterThan(LEAST);
  expect(used / total, `${stage}: ${used} of ${total}`).toBeLessThan(MOST);
}

describe('the heap of the wasm engine', () => {
  beforeAll(startEmptyHeap);

  it.each(['pretrain', 'sft', 'rm', 'ppo'] as const)(
    '%s takes about as much as was foreseen',
    FIVE_MINUTES,
    async (stage) => {
      const config = fewExamples('nano');
      expectForeseen(await heapOf(stage, config, 4), config, stage);
    },
  );

  it.each([
    ['preset small', fewExamples('small')],
    [
      'three layers of 96, moving average, many small pieces',
      fewExamples('nano', {
        'model.layers': 3,
        'model.width': 96,
        'ppo.batchSize': 128,
        'ppo.minibatches': 8,
        'ppo.emaDecay': 0.99,
      }),
    ],
  ])('so does an iteration of PPO with %s', FIVE_MINUTES, async (_, config) => {
    expectForeseen(await heapOf('ppo', config, 1), config, 'ppo');
  });

  it('is what a run is held against: it grows by a fifth more than it has to', () => {
    const config = fewExamples('small');
    const { total, slack } = stageNeed(config, 'ppo', 'wasm');
    expect(slack).toBeCloseTo(total / 6, -3);
    expect(memoryLimits()).toMatchObject({ engine: 'wasm', total: expect.any(Number) });
    expect(judgeNeed(config, 'ppo', { engine: 'wasm', total: 2.01 * total })).toBe('fits');
    expect(judgeNeed(config, 'ppo', { engine: 'webgpu', total: 2.01 * total })).toBe('tight');
    expect(judgeNeed(config, 'ppo', { engine: 'wasm', total: total - slack - 1 })).toBe('tooLarge');
  });
});
