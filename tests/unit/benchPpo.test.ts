import { beforeAll, expect, test, vi } from 'vitest';
import { agreement, TOLERANCE } from '../../src/bench/agreement';
import { firstAnswers } from '../../src/bench/oursRun';
import { ppoNumbers, PPO_NUMBERS } from '../../src/bench/ppoNumbers';
import { prepareStockPpo } from '../../src/bench/stockPpo';
import { workload } from '../../src/bench/workloads';
import { resolveConfig, type Config } from '../../src/config/config';
import { stream } from '../../src/data/random';
import { startEngine } from '../../src/kernels/device';
import { addRewardHead, initialiseGpt } from '../../src/nn/initialise';
import { copyModel, type Gpt, type GptShape } from '../../src/nn/gpt';
import { startPpoState, trainPpo } from '../../src/pipeline/ppo';

vi.setConfig({ testTimeout: 120_000 });
beforeAll(async () => void (await startEngine('wasm')));

const SHAPE: GptShape = { vocabulary: 24, width: 16, layers: 2, heads: 2, context: 48 };
const config: Config = {
  ...resolveConfig({ version: 1, preset: 'nano', recipe: 'proven', overrides: {} }),
  'ppo.batchSize': 8,
  'ppo.minibatches': 2,
  'ppo.epochs': 2,
  'ppo.iterations': 2,
  // Rates at which networks move within an iteration: a wrong update shows in the losses behind it.
  'ppo.learningRate': 0.02,
  'ppo.warmupIterations': 0,
  'ppo.valueLearningRate': 0.02,
  'ppo.valueWarmup': 0,
  'ppo.valueInit': 'rm',
  'ppo.ptxCoef': 0.5,
  'ppo.ptxBatchSize': 4,
  'sampling.responseLength': 8,
};

/** Weights wide enough that networks differ in what they say. */
function draw(name: string): Gpt {
  const random = stream(1, name);
  return initialiseGpt(SHAPE, () => 10 * random.gaussian());
}

function start() {
  const random = stream(1, 'test/prompts');
  const tokens = (count: number) => Array.from({ length: count }, () => 2 + random.int(SHAPE.vocabulary - 2));
  const data = {
    prompts: Array.from({ length: 12 }, (_, i) => tokens(3 + (i % 7))),
    pages: () => Int32Array.from({ length: 400 }, (_, i) => (i * i) % SHAPE.vocabulary),
  };
  const gaussian = stream(1, 'test/head');
  const models = { sft: draw('test/sft'), rewardModel: addRewardHead(draw('test/rm'), () => gaussian.gaussian()) };
  // A policy that has left its reference: else the KL is 0, whatever computes it.
  const state = { ...startPpoState(models, config), policy: draw('test/policy') };
  return { data, models, state };
}

test('stock operations do the same iteration of PPO-ptx, clipped gradients and both optimisers included', async () => {
  const { data, models, state } = start();
  const answers = await firstAnswers(state.policy, data, config);
  const { policy, valueModel } = state;
  const own = { ...models, reference: models.sft, policy: copyModel(policy), valueModel: copyModel(valueModel) };
  const bout = prepareStockPpo({ models: own, data, answers, config });
  bout.setGreedy!(true);
  await bout.work();
  const got = Array.from(await bout.result());

  const loop = trainPpo(models, data, config, state);
  const { value: report } = await loop.next();
  const expected = ppoNumbers(report!.rows[0].metrics);
  await loop.return(undefined);

  expect(expected).toHaveLength(PPO_NUMBERS.length);
  expect(Math.abs(expected[0])).toBeGreaterThan(0.1);
  const verdict = agreement(workload('W6'), expected, got);
  expect(verdict, JSON.stringify({ expected, got })).toMatchObject({ agrees: true });
  expect(verdict.detail).toMatch(/^8 numbers of the first iteration within /);
  for (let i = 0; i < got.length; i++) {
    const sabotaged = got.map((value, at) => (at === i ? value + 2 * TOLERANCE : value));
    expect(agreement(workload('W6'), expected, sabotaged).agrees).toBe(false);
  }
  expect(agreement(workload('W6'), expected, got.slice(0, -1)).agrees).toBe(false);

  // On its own: answers drawn in stock operations end at the end token or at their length.
  bout.setGreedy!(false);
  await bout.work();
  expect((await bout.result()).length).toBe(PPO_NUMBERS.length);
  expect(Array.from(await bout.result()).every(Number.isFinite)).toBe(true);
  bout.dispose();
});

test('settings that stock operations do not have are refused', () => {
  const { data, models, state } = start();
  const { policy, valueModel } = state;
  const ours = { ...models, reference: models.sft, policy, valueModel };
  expect(() =>
    prepareStockPpo({ models: ours, data, answers: [], config: { ...config, 'ppo.klEstimator': 'k3' } }),
  ).toThrow(/stockPpo: got settings/);
});
