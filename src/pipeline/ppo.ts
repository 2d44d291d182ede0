import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { stream, type Random } from '../data/random';
import { emaUpdate } from '../kernels/ema';
import { copyModel, disposeModel, type Gpt } from '../nn/gpt';
import { addZeroHead } from '../nn/initialise';
import { AdamW } from '../nn/optimizer';
import { learningRate } from '../nn/schedule';
import { adaptKlCoef } from '../rlhf/adaptiveKl';
import { computeExperience, type Experience, type ExperienceSettings } from '../rlhf/experience';
import { responseScores, type ResponseBatch } from '../rlhf/responses';
import { DeviceRing } from './deviceRing';
import { countTokens, disposeResponseBatch, responseBatch, type Item } from './items';
import { pushSummary, readMetrics, runEpochs, type Learner, type PpoRow } from './ppoEpochs';
import type { Metrics, StageLoop } from './report';
import { sampleBatch } from './sampling';
import { EOS_ID } from '../data/tokenizer';

export interface PpoModels {
  /** Where the policy starts, and the frozen reference. */
  sft: Gpt;
  /** Normalised; also where the value network starts. */
  rewardModel: Gpt;
}

export interface PpoData {
  /** Prompts as tokens. */
  prompts: readonly (readonly number[])[];
  /** Token stream for PPO-ptx; may be empty when the ptx weight stays 0. */
  pages: Int32Array;
  /** The world's grade of an answer, for the chart only: nothing here learns from it. */
  trueScore?: (promptIndex: number, response: readonly number[]) => number;
}

export interface PpoResult {
  policy: Gpt;
  valueModel: Gpt;
  klCoef: number;
}

/** State of PPO between iterations: what a checkpoint holds and a viewer may sample from. */
export interface PpoState extends PpoResult {
  average: Gpt | null;
}

/** The settings of the experience of one iteration, read anew each time because several may change while it runs. */
export function experienceSettings(config: Config, klCoef: number): ExperienceSettings {
  const optional = (value: number) => (value === 0 ? null : value);
  return {
    klCoef,
    klEstimator: config['ppo.klEstimator'],
    scoreClip: optional(config['ppo.scoreClip']),
    missingEosPenalty: optional(config['ppo.missingEosPenalty']),
    missingEosScore: null,
    scorePosition: 'last_token',
    gamma: config['ppo.gamma'],
    lambda: config['ppo.lambda'],
    temperature: config['sampling.temperature'],
    whitenRewards: config['ppo.whitenRewards'],
    whitenAdvantages: config['ppo.whitenAdvantages'],
    unbiasedVariance: false,
  };
}

/** The value network starts as a copy of the reward model, with its head or with a head of zeros. */
export function startValueModel(rewardModel: Gpt, init: Config['ppo.valueInit']): Gpt {
  const valueModel = copyModel(rewardModel);
  return init === 'rm_body' ? addZeroHead(valueModel) : valueModel;
}

/**
 * PPO from a KL-penalised reward, and PPO-ptx when `ppo.ptxCoef` is above 0.
 * @param onState called once with the live models, for samples and checkpoints between steps
 * @source Ouyang et al. 2022, section 3.5 and App. C.4; numbers of the default recipe in `config/settings.ts`
 */
export async function* trainPpo(
  models: PpoModels,
  data: PpoData,
  config: Config,
  onState?: (state: PpoState) => void,
): StageLoop<PpoResult> {
  const seed = config['run.seed'];
  const state: PpoState = {
    policy: languageModelOnly(models.sft),
    valueModel: startValueModel(models.rewardModel, config['ppo.valueInit']),
    klCoef: config['ppo.klCoef'],
    average: config['ppo.emaDecay'] > 0 ? languageModelOnly(models.sft) : null,
  };
  onState?.(state);
  const settings = { beta1: 0.9, epsilon: 1e-5, weightDecay: 0, maxGradNorm: 1 };
  const learner: Learner = {
    policyOptimizer: new AdamW(state.policy.parameters, { ...settings, beta2: 0.999 }),
    valueOptimizer: new AdamW(state.valueModel.parameters, { ...settings, beta2: 0.95, epsilon: 1e-8 }),
    shuffle: stream(seed, 'ppo/shuffle'),
    pages: stream(seed, 'ppo/pages'),
  };
  const prompts = promptOrder(data.prompts.length, stream(seed, 'ppo/prompts'));
  const totalSteps = config['ppo.iterations'];
  const size = config['ppo.batchSize'];
  try {
    for (let step = 1; step <= totalSteps; step++) {
      if (config['ppo.klControl'] === 'fixed') state.klCoef = config['ppo.klCoef'];
      // 1 sample responses
      const indices = Array.from({ length: size }, () => prompts.next().value);
      const chosen = indices.map((index) => data.prompts[index]);
      const sampling = {
        responseLength: config['sampling.responseLength'],
        temperature: config['sampling.temperature'],
        seed,
        stream: `ppo/rollout/${step}`,
      };
      const responses = await sampleBatch(state.policy, chosen, sampling, 0);
      const items = chosen.map((prompt, i): Item => ({ prompt, response: responses[i] }));
      // 2 score, 3 logprobs and values, 4 rewards, 5 advantages and returns
      const batch = responseBatch(items, state.policy.shape, sampling.responseLength);
      const experience = collect(state, models, batch, items, config);
      // 6 minibatch epochs
      const ring = new DeviceRing<PpoRow>('ppo', Infinity);
      const rate = policyRate(config, step);
      runEpochs({ ...state, items, experience, pages: data.pages, step, policyRate: rate }, learner, config, ring);
      if (state.average) updateAverage(state.average, state.policy, config['ppo.emaDecay']);
      // 7 metrics
      pushSummary(ring, experience, step);
      const metrics = {
        ...(await readMetrics(ring)),
        ...hostMetrics(data, indices, items),
        episode: step * size,
        lr: rate,
        'objective/kl_coef': state.klCoef,
      };
      if (config['ppo.klControl'] === 'adaptive') {
        state.klCoef = adaptKlCoef(state.klCoef, metrics['objective/kl']!, {
          target: config['ppo.klTarget'],
          horizon: config['ppo.klHorizon'],
          episodes: size,
        });
      }
      tf.dispose(experience);
      disposeResponseBatch(batch);
      yield {
        stage: 'ppo',
        step,
        totalSteps,
        rows: [{ step, metrics }],
        tokens: countTokens(items),
        episodes: step * size,
      };
    }
    return finish(state);
  } finally {
    learner.policyOptimizer.dispose();
    learner.valueOptimizer.dispose();
  }
}

/** Hands over the averaged policy where there is one. */
function finish(state: PpoState): PpoResult {
  if (state.average) disposeModel(state.policy);
  return { policy: state.average ?? state.policy, valueModel: state.valueModel, klCoef: state.klCoef };
}

/** A copy without a scalar head, which a policy does not have. */
function languageModelOnly(model: Gpt): Gpt {
  const copy = copyModel(model);
  tf.dispose([copy.parameters['score.weight'], copy.parameters['score.bias']].filter(Boolean));
  delete copy.parameters['score.weight'];
  delete copy.parameters['score.bias'];
  return copy;
}

/** Prompt indices without end: every prompt once in random order, then again in another. */
function* promptOrder(count: number, random: Random): Generator<number, never> {
  const all = Array.from({ length: count }, (_, i) => i);
  for (;;) yield* random.shuffle(all);
}

function policyRate(config: Config, step: number): number {
  return learningRate(
    {
      kind: config['ppo.schedule'],
      peak: config['ppo.learningRate'],
      totalSteps: config['ppo.iterations'],
      warmupSteps: config['ppo.warmupIterations'],
      startFactor: 0.1,
      minRatio: config['ppo.finalRateRatio'],
    },
    step - 1,
  );
}

function collect(
  state: PpoState,
  { sft, rewardModel }: PpoModels,
  batch: ResponseBatch,
  items: readonly Item[],
  config: Config,
): Experience {
  const ended = tf.tensor1d(
    items.map((item) => (item.response[item.response.length - 1] === EOS_ID ? 1 : 0)),
    'int32',
  ) as Tensor1D;
  const experience = tf.tidy(() => {
    const scores = responseScores(rewardModel, batch);
    return computeExperience(
      state.policy,
      sft,
      state.valueModel,
      batch,
      scores,
      ended,
      experienceSettings(config, state.klCoef),
    );
  });
  ended.dispose();
  return experience;
}

function updateAverage(average: Gpt, policy: Gpt, decay: number): void {
  for (const [name, tensor] of Object.entries(average.parameters)) emaUpdate(tensor, policy.parameters[name], decay);
}

/** Metrics that need no device: lengths, endings, and the world's own grade. */
function hostMetrics(data: PpoData, indices: readonly number[], items: readonly Item[]): Metrics {
  const mean = (value: (item: Item, i: number) => number) =>
    items.reduce((sum, item, i) => sum + value(item, i), 0) / items.length;
  const ended = (item: Item) => item.response[item.response.length - 1] === EOS_ID;
  const { trueScore } = data;
  return {
    'len/mean': mean((item) => item.response.length),
    'val/num_eos_tokens': items.filter(ended).length,
    ...(trueScore ? { 'objective/true_score': mean((item, i) => trueScore(indices[i], item.response)) } : {}),
  };
}
