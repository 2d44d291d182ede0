/**
 * What a step may cost on the device. Counts do not depend on the batch, so small batches of the `nano` model stand for
 * real ones. Bounds are a little above what was
 * measured (141 dispatches and 2 submits, 1,811 and 29, 23 a token); a change that exceeds one should say what it buys.
 */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { resolveConfig, type Config } from '../../src/config/config';
import { countDuring, type EngineCounters } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { tokenBatch } from '../../src/nn/batch';
import { generate } from '../../src/nn/generate';
import type { Gpt } from '../../src/nn/gpt';
import { addRewardHead, initialiseGpt } from '../../src/nn/initialise';
import type { Item } from '../../src/pipeline/items';
import { startPpoState, trainPpo } from '../../src/pipeline/ppo';
import type { StageLoop } from '../../src/pipeline/report';
import { shapeOf } from '../../src/pipeline/run';
import { sampleBatch } from '../../src/pipeline/sampling';
import { trainSft } from '../../src/pipeline/sft';
import { integers, normals } from '../support/numbers';

const overrides = { 'sft.batchSize': 4, 'run.logEvery': 5, 'ppo.batchSize': 4, 'ppo.valueWarmup': 0 };
let config: Config;

beforeAll(async () => {
  await startEngine('webgpu');
  config = resolveConfig({ version: 1, preset: 'nano', recipe: 'proven', overrides });
});
afterEach(() => vi.restoreAllMocks());

function model(seed: number): Gpt {
  const numbers = normals(250_000, seed);
  let next = 0;
  return initialiseGpt(shapeOf(config), () => numbers[next++]);
}

const tokens = (n: number, seed: number) => [...integers(n, 1000, seed)].map((id) => id + 2);
const prompts = Array.from({ length: 8 }, (_, i) => [0, ...tokens(6, i + 1)]);
const demonstrations: Item[] = Array.from({ length: 40 }, (_, i) => ({
  prompt: prompts[i % prompts.length],
  response: [...tokens(10, i + 100), 0],
}));

/** Counts during work, and checks that no read of TensorFlow.js went past the counter. */
async function cost(work: () => unknown): Promise<EngineCounters> {
  const reads = vi.spyOn(tf.backend(), 'read');
  const syncReads = vi.spyOn(tf.backend(), 'readSync');
  const { counted } = await countDuring(work);
  expect(reads.mock.calls.length, 'reads').toBe(counted.readbacks);
  expect(syncReads.mock.calls.length, 'blocking reads').toBe(0);
  vi.restoreAllMocks();
  return counted;
}

const step = (loop: StageLoop<void>) => cost(() => loop.next());

describe('one SFT step of nano', () => {
  it('stays in its budget and reads nothing between drains', async () => {
    const learner = model(1);
    const loop = trainSft(learner, { train: demonstrations, validation: [] }, config, (weights) =>
      tf.dispose(weights.parameters),
    );
    await loop.next();
    for (let i = 2; i < 5; i++) {
      const { dispatches, submits, readbacks } = await step(loop);
      expect(dispatches, 'dispatches').toBeLessThanOrEqual(150);
      expect(submits, 'submits').toBeLessThanOrEqual(3);
      expect(readbacks, 'readbacks').toBe(0);
    }
    expect((await step(loop)).readbacks, 'readbacks of a drain').toBe(1);
    await loop.return(undefined);
    tf.dispose(learner.parameters);
  });
});

describe('one PPO iteration of nano', () => {
  it('stays in its budget and reads twice', async () => {
    const sft = model(2);
    const numbers = normals(64, 9);
    let next = 0;
    const rewardModel = addRewardHead(model(3), () => numbers[next++]);
    const data = { prompts, pages: () => Int32Array.from(tokens(400, 5)) };
    const state = startPpoState({ sft, rewardModel }, config);
    const owned: Gpt[] = [sft, rewardModel, state.policy, state.valueModel];
    const loop = trainPpo({ sft, rewardModel }, data, config, state);
    await loop.next();
    const { dispatches, submits, readbacks } = await step(loop);
    expect(dispatches, 'dispatches').toBeLessThanOrEqual(1900);
    expect(submits, 'submits').toBeLessThanOrEqual(32);
    expect(readbacks, 'readbacks').toBeLessThanOrEqual(2);
    await loop.return(undefined);
    for (const { parameters } of owned) tf.dispose(parameters);
  });
});

describe('sampling with nano', () => {
  it('stays in its budget for each token and reads nothing', async () => {
    const policy = model(4);
    const lengths = Int32Array.from([8, 8]);
    const batch = tokenBatch(Int32Array.from(tokens(16, 6)), new Float32Array(16).fill(1), 8, policy.shape.context);
    const sample = (responseLength: number) =>
      cost(() => {
        const options = { responseLength, temperature: 1, eos: 0, pad: 1, key: { seed: 1, stream: 2 } };
        tf.dispose({ ...generate(policy, { tokens: batch, lengths, queryLength: 8 }, options) });
      });
    await sample(2);
    const [short, long] = [await sample(4), await sample(20)];
    expect((long.dispatches - short.dispatches) / 16, 'dispatches a token').toBeLessThanOrEqual(24);
    expect(short.readbacks + long.readbacks, 'readbacks').toBe(0);
    tf.dispose([policy.parameters, batch.ids, batch.mask, batch.positions]);
  });

  it('reads a batch of answers once', async () => {
    const policy = model(4);
    const settings = { responseLength: 8, temperature: 1, seed: 1, stream: 'test' };
    expect((await cost(() => sampleBatch(policy, prompts, settings, 0))).readbacks).toBe(1);
    tf.dispose(policy.parameters);
  });
});
