/**
 * What a step may cost on the device. Counts do not depend on the batch, so small batches stand for real ones. Bounds on
 * the workloads of the bench are its goals; those on `nano` are a little above what was measured, and a change that
 * exceeds one should say what it buys. First steps are captured; what is counted are replays.
 */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { resolveConfig, type Config } from '../../src/config/config';
import { countDuring, type EngineCounters } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { gae } from '../../src/kernels/gae';
import { klRewards } from '../../src/kernels/klRewards';
import { StepRunner } from '../../src/kernels/stepRunner';
import type { WebGPUInternals } from '../../src/kernels/webgpuBackend';
import { tokenBatch } from '../../src/nn/batch';
import { answerPositions, decode, generate } from '../../src/nn/generate';
import { valueAndGradients } from '../../src/nn/gradients';
import type { Gpt, GptShape } from '../../src/nn/gpt';
import { addRewardHead, initialiseGpt } from '../../src/nn/initialise';
import { AdamW } from '../../src/nn/optimizer';
import type { Item } from '../../src/pipeline/items';
import { sequenceKl } from '../../src/pipeline/likelihood';
import { startPpoState, trainPpo } from '../../src/pipeline/ppo';
import type { StageLoop } from '../../src/pipeline/report';
import { scoreItems } from '../../src/pipeline/rewardModel';
import { shapeOf } from '../../src/pipeline/run';
import { sampleAnswers, sampleBatch } from '../../src/pipeline/sampling';
import { evaluateSft, trainSft } from '../../src/pipeline/sft';
import { nextTokenLoss } from '../../src/rlhf/languageModelLoss';
import { integers, normals } from '../support/numbers';

const overrides = { 'sft.batchSize': 4, 'run.logEvery': 5, 'ppo.batchSize': 4, 'ppo.valueWarmup': 0 };
let config: Config;

/** Compiling takes most of the time, on a simulated GPU and a busy machine minutes. */
vi.setConfig({ testTimeout: 300_000 });

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

/** Models of the bench's workloads. */
const TRAIN_TINY: GptShape = { vocabulary: 256, width: 64, layers: 2, heads: 4, context: 64 };
const TRAIN_SMALL: GptShape = { vocabulary: 512, width: 128, layers: 4, heads: 4, context: 64 };

function modelOf(shape: GptShape): Gpt {
  const numbers = normals(1_000_000, 8);
  let next = 0;
  return initialiseGpt(shape, () => numbers[next++]);
}

describe('replays of the workloads of the bench', () => {
  it.each([
    ['W1, a training step', TRAIN_TINY, 70],
    ['W2, a training step', TRAIN_SMALL, 120],
  ])('%s', async (_, shape, most) => {
    const learner = modelOf(shape);
    const optimizer = new AdamW(learner.parameters, {
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0,
      maxGradNorm: 1,
    });
    const ids = integers(64, shape.vocabulary, 3);
    const inputs = {
      batch: tokenBatch(ids, new Float32Array(64).fill(1), 64, 64),
      targets: tf.tensor1d(ids, 'int32'),
      counted: tf.ones([64]) as tf.Tensor1D,
    };
    const runner = new StepRunner();
    const run = () => {
      optimizer.advance(1e-3);
      return runner.run({ name: 'train', uses: [learner, optimizer], inputs }, ({ batch, targets, counted }) => {
        const { value, gradients } = valueAndGradients(learner.parameters, () =>
          nextTokenLoss(learner, batch, targets, counted),
        );
        optimizer.update(gradients, value);
        return { value };
      });
    };
    await run();
    const counted = await cost(run);
    expect(counted).toMatchObject({ submits: 1, readbacks: 0 });
    expect(counted.dispatches).toBeLessThanOrEqual(most);
    runner.dispose();
    optimizer.dispose();
    tf.dispose([learner.parameters, inputs.batch.ids, inputs.batch.mask, inputs.batch.positions]);
  });

  it('W3, a token', async () => {
    const policy = modelOf(TRAIN_SMALL);
    const tokens = tokenBatch(integers(16, 500, 6), new Float32Array(16).fill(1), 8, 64);
    const runner = new StepRunner();
    const sample = async (responseLength: number) => {
      const positions = answerPositions(Int32Array.of(8, 8), responseLength, 64);
      const inputs = { tokens, positions, responseLength };
      const run = () =>
        runner.run({ name: 'sample', uses: [policy], inputs }, (given) =>
          decode(policy, given.tokens, given.positions, {
            responseLength,
            temperature: 1,
            eos: 0,
            pad: 1,
            key: { seed: 1, stream: 2 },
          }),
        );
      await run();
      return cost(run);
    };
    const [short, long] = [await sample(3), await sample(7)];
    expect((long.dispatches - short.dispatches) / 4).toBeLessThanOrEqual(24);
    expect([short.readbacks, long.readbacks]).toEqual([0, 0]);
    runner.dispose();
    tf.dispose([policy.parameters, tokens.ids, tokens.mask, tokens.positions]);
  });

  it('W4, rewards and advantages', async () => {
    const slots = () => tf.zeros([512, 64]) as tf.Tensor2D;
    const rewarded = {
      logprobs: slots(),
      referenceLogprobs: slots(),
      scores: tf.zeros([512]) as tf.Tensor1D,
      lengths: tf.fill([512], 9, 'int32') as tf.Tensor1D,
      hasEos: tf.ones([512], 'int32') as tf.Tensor1D,
    };
    const rules = { estimator: 'k1', scorePosition: 'last_token', scoreClip: null, missingEosPenalty: null } as const;
    const values = slots();
    const counted = await cost(() =>
      tf.tidy(() => {
        const { rewards } = klRewards(rewarded, { ...rules, klCoef: 0.1, missingEosScore: null });
        gae({ rewards, values, lengths: rewarded.lengths }, { gamma: 1, lambda: 0.95, valueMask: 'length' });
      }),
    );
    expect(counted.dispatches).toBeLessThanOrEqual(2);
    tf.dispose([values, rewarded]);
  });
});

describe('one SFT step of nano', () => {
  it('stays in its budget and reads nothing between drains', async () => {
    const learner = model(1);
    const loop = trainSft(learner, { train: demonstrations, validation: [] }, config, (weights) =>
      tf.dispose(weights.parameters),
    );
    // The very first step is read by itself.
    expect((await step(loop)).readbacks).toBe(1);
    for (let i = 2; i < 6; i++) {
      const { dispatches, submits, readbacks } = await step(loop);
      expect(dispatches, 'dispatches').toBeLessThanOrEqual(80);
      expect(readbacks, 'readbacks').toBe(0);
      // The first was compiled and captured; every demonstration has the same width.
      expect(submits, 'submits').toBe(1);
    }
    expect((await step(loop)).readbacks, 'readbacks of a drain').toBe(1);
    await loop.return(undefined);
    tf.dispose(learner.parameters);
  });
});

/** What each iteration of PPO costs; the first copies the models as well. */
async function ppoIterations(ppo: Config, count: number): Promise<EngineCounters[]> {
  const sft = model(2);
  const numbers = normals(64, 9);
  let next = 0;
  const rewardModel = addRewardHead(model(3), () => numbers[next++]);
  const data = { prompts, pages: () => Int32Array.from(tokens(400, 5)) };
  const state = startPpoState({ sft, rewardModel }, ppo);
  const owned: Gpt[] = [sft, rewardModel, state.policy, state.valueModel];
  const loop = trainPpo({ sft, rewardModel }, data, ppo, state);
  const costs: EngineCounters[] = [];
  for (let i = 0; i < count; i++) costs.push(await step(loop));
  await loop.return(undefined);
  for (const { parameters } of owned) tf.dispose(parameters);
  return costs;
}

describe('one PPO iteration of nano', () => {
  it('stays in its budget and reads twice', async () => {
    const [, ...replayed] = await ppoIterations(config, 3);
    for (const { dispatches, submits, readbacks } of replayed) {
      expect(dispatches, 'dispatches').toBeLessThanOrEqual(930);
      expect(submits, 'submits').toBeLessThanOrEqual(40);
      expect(readbacks, 'readbacks').toBeLessThanOrEqual(2);
    }
  });

  it('costs as much while the value network learns alone, because it then learns twice', async () => {
    const warmup = { ...config, 'ppo.valueWarmup': 2 };
    // An update of either network takes equally many dispatches: one has the logits' passes, the other the scalar head's.
    const [, alone, both] = await ppoIterations(warmup, 3);
    expect(alone.dispatches).toBe(928);
    expect(both.dispatches).toBe(928);
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

describe('looking at models again', () => {
  it('builds nothing anew: samples, scores, likelihoods and held-out losses are replayed', async () => {
    const policy = model(4);
    const numbers = normals(64, 9);
    let next = 0;
    const rewardModel = addRewardHead(model(3), () => numbers[next++]);
    const runner = new StepRunner();
    const look = async () => {
      const settings = { responseLength: 8, temperature: 1, seed: 1, stream: 'look' };
      const items = await sampleAnswers(policy, prompts, settings, runner);
      const scores = await scoreItems(rewardModel, items, 8, runner);
      const kl = await sequenceKl(policy, rewardModel, items, 8, 1, runner);
      return [items.map(({ response }) => response), [...scores], kl, await evaluateSft(policy, items, 8, runner)];
    };
    const first = await look();
    const { device } = tf.backend() as unknown as WebGPUInternals;
    const { createBindGroup } = device;
    let built = 0;
    device.createBindGroup = (descriptor) => (built++, createBindGroup.call(device, descriptor));
    let again: typeof first = [];
    const { submits, readbacks } = await cost(async () => (again = await look()));
    device.createBindGroup = createBindGroup;
    expect(again).toEqual(first);
    expect(built, 'bind groups').toBe(0);
    expect(readbacks, 'one for each of the four').toBe(4);
    expect(submits, 'a replay and a read for each').toBeLessThanOrEqual(8);
    runner.dispose();
    tf.dispose([policy.parameters, rewardModel.parameters]);
  });
});
