import * as tf from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { Random, stream, type RandomState } from '../data/random';
import { readValues } from '../kernels/defineKernel';
import { emaUpdate } from '../kernels/ema';
import { StepRunner } from '../kernels/stepRunner';
import { copyModel, disposeModel, type Gpt } from '../nn/gpt';
import { addZeroHead } from '../nn/initialise';
import { AdamW, type SavedOptimizer } from '../nn/optimizer';
import { learningRate } from '../nn/schedule';
import { adaptKlCoef } from '../rlhf/adaptiveKl';
import { collapseShares } from '../rlhf/collapse';
import { DeviceRing } from './deviceRing';
import { countTokens, type Item } from './items';
import { runEpochs, type Learner, type Phase } from './ppoEpochs';
import { collectExperience } from './ppoExperience';
import { pushSummary, readMetrics, summaryMetrics, type PpoRow } from './ppoMetrics';
import { Passes, type PassesState } from './passes';
import { UNWATCHED, type PhaseWatch } from './ppoPhases';
import type { Announce, Metrics, StageLoop, StepReport } from './report';
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
  /** Token stream for PPO-ptx, asked for only while the ptx weight is above 0. */
  pages: () => Int32Array;
  /** The world's grade of an answer, for the chart only: nothing here learns from it. */
  trueScore?: (promptIndex: number, response: readonly number[]) => number;
}

/** The models of PPO and the β in force: what a viewer may sample from between iterations. */
export interface PpoState {
  policy: Gpt;
  valueModel: Gpt;
  klCoef: number;
  /** Moving average of the policy; where there is one it is the result, and `policy` is disposed at the end. */
  average: Gpt | null;
}

/** What PPO carries from one iteration to the next, beside its models. */
export interface PpoCourse extends Learner {
  /** Iterations finished. */
  step: number;
  prompts: Passes;
  /** An iteration has begun and not ended: optimisers and generators stand somewhere inside it. */
  isInside: boolean;
}

/** A course written down between two iterations: numbers only, the optimisers aside. */
export interface SavedPpo {
  step: number;
  prompts: PassesState;
  shuffle: RandomState;
  pages: RandomState;
  policyOptimizer: SavedOptimizer;
  valueOptimizer: SavedOptimizer;
}

/** Where PPO begins: the policy is a copy of SFT, and so is its average where there is one. Owned by the caller. */
export function startPpoState(models: PpoModels, config: Config): PpoState {
  return {
    policy: languageModelOnly(models.sft),
    valueModel: startValueModel(models.rewardModel, config['ppo.valueInit']),
    klCoef: config['ppo.klCoef'],
    average: config['ppo.emaDecay'] > 0 ? languageModelOnly(models.sft) : null,
  };
}

/** @param saved continues from there; the models are the caller's to bring back */
export function startPpo({ policy, valueModel }: PpoState, data: PpoData, config: Config, saved?: SavedPpo): PpoCourse {
  const seed = config['run.seed'];
  const settings = { beta1: 0.9, weightDecay: 0, maxGradNorm: 1 };
  const ofPolicy = { ...settings, beta2: 0.999, epsilon: 1e-5 };
  const ofValues = { ...settings, beta2: 0.95, epsilon: 1e-8 };
  const [policyOptimizer, valueOptimizer] = [
    new AdamW(policy.parameters, ofPolicy),
    new AdamW(valueModel.parameters, ofValues),
  ];
  if (saved) {
    policyOptimizer.restore(saved.policyOptimizer);
    valueOptimizer.restore(saved.valueOptimizer);
  }
  return {
    step: saved?.step ?? 0,
    isInside: false,
    prompts: new Passes(data.prompts.length, stream(seed, 'ppo/prompts'), saved?.prompts),
    shuffle: saved ? new Random(saved.shuffle) : stream(seed, 'ppo/shuffle'),
    pages: saved ? new Random(saved.pages) : stream(seed, 'ppo/pages'),
    policyOptimizer,
    valueOptimizer,
    runner: new StepRunner(),
  };
}

/** The value network starts as a copy of the reward model, with its head or with a head of zeros. */
export function startValueModel(rewardModel: Gpt, init: Config['ppo.valueInit']): Gpt {
  const valueModel = copyModel(rewardModel);
  return init === 'rm_body' ? addZeroHead(valueModel) : valueModel;
}

/**
 * PPO from a KL-penalised reward, and PPO-ptx when `ppo.ptxCoef` is above 0.
 * @param state live models, the caller's; but `policy` is disposed at the end where there is an average
 * @param course where to begin; the loop owns it
 * @param watch while it is on, the loop also yields at every phase inside an iteration
 * @source Ouyang et al. 2022, section 3.5 and App. C.4; numbers of the default recipe in `config/settings.ts`
 */
export async function* trainPpo(
  models: PpoModels,
  data: PpoData,
  config: Config,
  state: PpoState = startPpoState(models, config),
  course = startPpo(state, data, config),
  watch: PhaseWatch = UNWATCHED,
): StageLoop<void> {
  const totalSteps = config['ppo.iterations'];
  const size = config['ppo.batchSize'];
  const unfinished = { stage: 'ppo' as const, totalSteps, rows: [], tokens: 0 };
  try {
    while (course.step < totalSteps) {
      const step = course.step + 1;
      course.isInside = true;
      const stops = watch.isOn ? watch : UNWATCHED;
      // 1 sample responses
      const indices = course.prompts.take(size);
      const chosen = indices.map((index) => data.prompts[index]);
      const sampling = {
        responseLength: config['sampling.responseLength'],
        temperature: config['sampling.temperature'],
        seed: config['run.seed'],
        stream: `ppo/rollout/${step}`,
      };
      const responses = await sampleBatch(state.policy, chosen, sampling, 0, course.runner);
      const items = chosen.map((prompt, i): Item => ({ prompt, response: responses[i] }));
      // 2 score, 3 logprobs and values, 4 rewards, 5 advantages and returns
      const announce: Announce = (frame) => ({ ...unfinished, step: step - 1, episodes: (step - 1) * size, frame });
      const klCoef = () => currentKlCoef(state, config);
      const actors = { ...state, reference: models.sft, rewardModel: models.rewardModel };
      const answers = { items, step, runner: course.runner };
      const experience = yield* collectExperience(actors, answers, config, klCoef, stops, announce);
      const ofAnswers = { ...hostMetrics(data, indices, items), 'objective/kl_coef': state.klCoef };
      let told: Metrics = {};
      const tell = (summary: Metrics): StepReport => {
        told = { ...summary, ...ofAnswers };
        return { ...unfinished, step: step - 1, episodes: (step - 1) * size, rows: [{ step, metrics: told }] };
      };
      const tellsNow = watch.tellsAnswers === true && step === 1 && !stops.isOn;
      // 6 minibatch epochs, 7 metrics
      const rate = policyRate(config, step);
      const around = { watch: stops, announce, step, policyRate: rate, pages: data.pages };
      const phase = { ...state, ...around, items, experience };
      const learned = yield* learn(state, phase, course, config, tellsNow ? tell : null);
      const metrics = { ...learned, ...ofAnswers, episode: step * size, lr: rate };
      if (config['ppo.klControl'] === 'adaptive') adapt(state, learned['objective/kl']!, config);
      const rows = [{ step, metrics: without(metrics, told) }];
      course.step = step;
      course.isInside = false;
      yield { stage: 'ppo', step, totalSteps, rows, tokens: countTokens(items), episodes: step * size };
    }
  } finally {
    course.runner.dispose();
    course.policyOptimizer.dispose();
    course.valueOptimizer.dispose();
    // What the run keeps is the average.
    if (state.average) disposeModel(state.policy);
  }
}

/** A fixed β follows its setting, which may change while the run goes on; an adaptive one is moved by `adapt`. */
function currentKlCoef(state: PpoState, config: Config): number {
  if (config['ppo.klControl'] === 'fixed') state.klCoef = config['ppo.klCoef'];
  return state.klCoef;
}

/** @param kl of the iteration just finished */
function adapt(state: PpoState, kl: number, config: Config): void {
  state.klCoef = adaptKlCoef(state.klCoef, kl, {
    target: config['ppo.klTarget'],
    horizon: config['ppo.klHorizon'],
    episodes: config['ppo.batchSize'],
  });
}

/** Each number is told once. */
function without(metrics: Metrics, told: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => !(key in told)));
}

/**
 * Updates both networks from one iteration's experience, which it disposes.
 * @param tell what is known of the experience before the updates; null leaves it for later, and saves a readback
 * @throws DivergedError
 */
async function* learn(
  { average }: PpoState,
  phase: Phase,
  learner: Learner,
  config: Config,
  tell: ((summary: Metrics) => StepReport) | null,
): AsyncGenerator<StepReport, Metrics> {
  const ring = new DeviceRing<PpoRow>('ppo', Infinity);
  try {
    if (tell) yield tell(summaryMetrics(await readValues(phase.experience.summary)));
    yield* runEpochs(phase, learner, config, ring);
    pushSummary(ring, phase.experience, phase.step);
    const metrics = await readMetrics(ring);
    if (average) await updateAverage(average, phase.policy, config['ppo.emaDecay'], learner.runner);
    return metrics;
  } finally {
    ring.dispose();
    tf.dispose(phase.experience);
  }
}

/** A copy without a scalar head, which a policy does not have. */
function languageModelOnly(model: Gpt): Gpt {
  const copy = copyModel(model);
  tf.dispose([copy.parameters['score.weight'], copy.parameters['score.bias']].filter(Boolean));
  delete copy.parameters['score.weight'];
  delete copy.parameters['score.bias'];
  return copy;
}

/** Learning rate of the policy in an iteration, counted from 1. */
export function policyRate(config: Config, step: number): number {
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

async function updateAverage(average: Gpt, policy: Gpt, decay: number, runner: StepRunner): Promise<void> {
  await runner.run({ name: 'average', uses: [average, policy], inputs: { decay } }, ({ decay }) => {
    for (const [name, tensor] of Object.entries(average.parameters)) emaUpdate(tensor, policy.parameters[name], decay);
    return {};
  });
}

/** Metrics that need no device: lengths, endings, and the world's own grade. */
function hostMetrics(data: PpoData, indices: readonly number[], items: readonly Item[]): Metrics {
  const mean = (value: (item: Item, i: number) => number) =>
    items.reduce((sum, item, i) => sum + value(item, i), 0) / items.length;
  const ended = (item: Item) => item.response[item.response.length - 1] === EOS_ID;
  const { trueScore } = data;
  const collapse = collapseShares(
    items.map(({ response }) => response),
    EOS_ID,
  );
  return {
    'len/mean': mean((item) => item.response.length),
    'val/num_eos_tokens': items.filter(ended).length,
    'collapse/repeats': 100 * collapse.repeats,
    'collapse/identical': 100 * collapse.identical,
    'collapse/empty': 100 * collapse.empty,
    'collapse/unended': 100 * collapse.unended,
    ...(trueScore ? { 'objective/true_score': mean((item, i) => trueScore(indices[i], item.response)) } : {}),
  };
}
