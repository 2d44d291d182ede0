/** The training loops, captured and replayed, against the same loops run eagerly: every metric and every weight. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig, type Config } from '../../src/config/config';
import { readValues } from '../../src/kernels/defineKernel';
import { engineBytes, startEngine } from '../../src/kernels/device';
import { stepMode } from '../../src/kernels/stepRunner';
import type { Gpt } from '../../src/nn/gpt';
import { addRewardHead, initialiseGpt } from '../../src/nn/initialise';
import type { Item } from '../../src/pipeline/items';
import { startPpoState, trainPpo } from '../../src/pipeline/ppo';
import { pretrain } from '../../src/pipeline/pretrain';
import type { StageLoop } from '../../src/pipeline/report';
import { trainRewardModel } from '../../src/pipeline/rewardModel';
import { shapeOf } from '../../src/pipeline/run';
import { trainSft } from '../../src/pipeline/sft';
import { integers, normals } from '../support/numbers';

const overrides = {
  'sft.batchSize': 4,
  'sft.dropout': 0.1,
  'rm.batchSize': 2,
  'pretrain.batchSize': 2,
  'ppo.batchSize': 8,
  'ppo.minibatches': 2,
  'ppo.valueWarmup': 1,
  'ppo.ptxBatchSize': 2,
  'run.logEvery': 2,
};
let config: Config;

beforeAll(async () => {
  await startEngine('webgpu');
  const small = { 'model.layers': 1, 'model.width': 16, 'model.heads': 2, 'ppo.ptxCoef': 0.5, 'ppo.emaDecay': 0.9 };
  config = { ...resolveConfig({ version: 1, preset: 'nano', recipe: 'proven', overrides }), ...small };
});
afterEach(() => void (stepMode.captures = true));

function model(seed: number): Gpt {
  const numbers = normals(30_000, seed);
  let next = 0;
  return initialiseGpt(shapeOf(config), () => numbers[next++]);
}

function rewardModel(seed: number): Gpt {
  const numbers = normals(64, seed);
  let next = 0;
  return addRewardHead(model(seed), () => numbers[next++]);
}

const tokens = (n: number, seed: number) => [...integers(n, 1000, seed)].map((id) => id + 2);
/** Of several widths, so that several plans are made and come by turns. */
const prompts = Array.from({ length: 16 }, (_, i) => [0, ...tokens(4 + ((i * 5) % 22), i + 1)]);
const demonstrations: Item[] = Array.from({ length: 24 }, (_, i) => ({
  prompt: prompts[i % prompts.length],
  response: [...tokens(3 + ((i * 3) % 20), i + 100), 0],
}));
const rankings = Array.from({ length: 8 }, (_, i) => ({
  items: [0, 1, 2].map((k) => ({ ...demonstrations[3 * i + k], prompt: prompts[i] })),
  ranks: [1, 2, i % 3],
}));
const text = (seed: number) => Int32Array.from(tokens(600, seed));

/** Rows of metrics of some steps, then the weights of what was trained. */
async function follow(loop: StageLoop<unknown>, steps: number, trained: readonly Gpt[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let i = 0; i < steps; i++) {
    const { value } = await loop.next();
    seen.push(value && 'rows' in (value as object) ? (value as { rows: unknown }).rows : null);
  }
  await loop.return(undefined);
  for (const { parameters } of trained) {
    for (const [name, tensor] of Object.entries(parameters)) seen.push([name, [...(await readValues(tensor))]]);
  }
  for (const { parameters } of trained) tf.dispose(parameters);
  return seen;
}

const loops: [string, () => Promise<unknown[]>][] = [
  [
    'pretraining',
    () => {
      const learner = model(1);
      return follow(pretrain(learner, { train: text(1), validation: text(2) }, config), 3, [learner]);
    },
  ],
  [
    'SFT with dropout',
    () => {
      const learner = model(2);
      const loop = trainSft(learner, { train: demonstrations, validation: [] }, config, (weights) =>
        tf.dispose(weights.parameters),
      );
      return follow(loop, 5, [learner]);
    },
  ],
  [
    'the reward model',
    () => {
      const learner = rewardModel(3);
      const data = { train: rankings, validation: rankings.slice(0, 2), demonstrations: demonstrations.slice(0, 4) };
      return follow(trainRewardModel(learner, data, config), 3, [learner]);
    },
  ],
  [
    'PPO-ptx with a moving average',
    async () => {
      const models = { sft: model(4), rewardModel: rewardModel(5) };
      const state = startPpoState(models, config);
      const loop = trainPpo(models, { prompts, pages: () => text(3) }, config, state);
      const seen = await follow(loop, 3, [state.average!, state.valueModel]);
      tf.dispose([models.sft.parameters, models.rewardModel.parameters]);
      return seen;
    },
  ],
];

describe('captured and eager loops give the same bits', () => {
  it.each(loops)('%s', async (_, run) => {
    const [bytes, tensors] = [engineBytes(), tf.memory().numTensors];
    const captured = await run();
    expect(tf.memory().numTensors, 'tensors left behind').toBe(tensors);
    expect(engineBytes(), 'bytes left behind').toBe(bytes);
    stepMode.captures = false;
    const eager = await run();
    expect(captured).toEqual(eager);
    expect(captured.length).toBeGreaterThan(10);
  });
});
