/**
 * A whole run: which stages, with what, handing models on. The page's worker and the headless command run this same code;
 * they decide when to ask for the next event, which is how pausing and single steps work.
 */
import type { Config } from '../config/config';
import { ConfigError } from '../config/errors';
import { stream } from '../data/random';
import { copyModel, disposeModel, type Gpt, type GptShape } from '../nn/gpt';
import { initialiseGpt } from '../nn/initialise';
import { makeCurriculum, rankAnswers, type Curriculum } from './curriculum';
import { pretrain } from './pretrain';
import { trainPpo, type PpoState } from './ppo';
import { scoreItems, startRewardModel, trainRewardModel, type RewardData } from './rewardModel';
import type { Stage, StageLoop, StepReport } from './report';
import { sampleAnswers } from './sampling';
import { trainSft } from './sft';

/** Models of a run so far; a stage fills in what it makes. The run owns them. */
export interface RunModels {
  base?: Gpt;
  /** The SFT policy that answers are sampled from, and the reference of PPO. */
  sft?: Gpt;
  rewardModel?: Gpt;
  policy?: Gpt;
  valueModel?: Gpt;
  /** A reward model whose training has not ended: its scores are not normalised, so nothing else may use it. */
  unfinishedRewardModel?: Gpt;
}

export interface Run {
  /** Live: keys marked so in the settings table may change between steps. */
  config: Config;
  curriculum: Curriculum;
  models: RunModels;
  /** SFT weights after each epoch, until the reward model has picked one. */
  sftEpochs: Gpt[];
  /** What the reward model learned from, once it has. */
  rewardData: RewardData | null;
  /** State of PPO while it runs and after. */
  ppo: PpoState | null;
}

export function shapeOf(config: Config): GptShape {
  return {
    layers: config['model.layers'],
    width: config['model.width'],
    heads: config['model.heads'],
    context: config['model.context'],
    vocabulary: config['model.vocabulary'],
  };
}

/** @param tokenizerJson contents of `tokenizer.json` */
export function createRun(config: Config, tokenizerJson: string, models: RunModels = {}): Run {
  return { config, curriculum: makeCurriculum(config, tokenizerJson), models, sftEpochs: [], rewardData: null, ppo: null };
}

export function disposeRun(run: Run): void {
  for (const model of new Set(Object.values(run.models))) disposeModel(model);
  run.models = {};
  forgetEpochs(run);
  run.rewardData = null;
  run.ppo = null;
}

function forgetEpochs(run: Run): void {
  run.sftEpochs.forEach(disposeModel);
  run.sftEpochs = [];
}

function need(run: Run, name: keyof RunModels, stage: Stage): Gpt {
  const model = run.models[name];
  if (!model)
    throw new ConfigError(
      `${stage}: there is no ${name} model to start from; run the stage before it or load the shipped files.`,
    );
  return model;
}

function replace(run: Run, name: keyof RunModels, model: Gpt): void {
  const old = run.models[name];
  run.models[name] = model;
  if (old && old !== model) disposeModel(old);
}

/**
 * Runs one stage to its end; a report per step. What a stage trains is in `run.models` from its first step on: it can be
 * sampled from meanwhile, and the last good weights stay there when the stage is stopped or diverges.
 */
export async function* runStage(run: Run, stage: Stage): StageLoop<void> {
  const { config, curriculum } = run;
  switch (stage) {
    case 'pretrain': {
      const random = stream(config['run.seed'], 'pretrain/weights');
      replace(
        run,
        'base',
        initialiseGpt(shapeOf(config), () => random.gaussian()),
      );
      yield* pretrain(need(run, 'base', stage), curriculum.pages(config['pretrain.tokens']), config);
      return;
    }
    case 'sft':
      return yield* runSft(run);
    case 'rm':
      return yield* runRewardModel(run);
    case 'ppo': {
      const models = { sft: need(run, 'sft', stage), rewardModel: need(run, 'rewardModel', stage) };
      yield* trainPpo(models, curriculum.ppoData(), config, (state) => {
        run.ppo = state;
        replace(run, 'policy', state.average ?? state.policy);
        replace(run, 'valueModel', state.valueModel);
      });
      return;
    }
    default: {
      const unknown: never = stage;
      throw new ConfigError(`stage: got ${String(unknown)}.`);
    }
  }
}

async function* runSft(run: Run): StageLoop<void> {
  replace(run, 'sft', copyModel(need(run, 'base', 'sft')));
  forgetEpochs(run);
  yield* trainSft(need(run, 'sft', 'sft'), run.curriculum.sft, run.config, (weights) => run.sftEpochs.push(weights));
}

const ANSWERS_PER_REPORT = 512;

/** Samples answers to rank, has labelers rank them, trains on the rankings, then lets the reward model pick the SFT checkpoint. */
async function* runRewardModel(run: Run): StageLoop<void> {
  const { config, curriculum } = run;
  const sft = need(run, 'sft', 'rm');
  const prompts = [...curriculum.rankingPrompts, ...curriculum.validationPrompts];
  const answers = config['data.answersPerPrompt'];
  const repeated = prompts.flatMap((prompt) => Array.from({ length: answers }, () => prompt));
  const items = [];
  for (let at = 0; at < repeated.length; at += ANSWERS_PER_REPORT) {
    const part = repeated.slice(at, at + ANSWERS_PER_REPORT);
    items.push(
      ...(await sampleAnswers(
        sft,
        part.map((prompt) => prompt.tokens),
        samplingOf(config, `rm/answers/${at}`),
      )),
    );
    yield waiting(
      'rm',
      `sampling answers to rank, ${items.length.toLocaleString('en')} of ${repeated.length.toLocaleString('en')}`,
    );
  }
  const rankings = rankAnswers(curriculum, prompts, items, answers, stream(config['run.seed'], 'rm/labels'));
  const split = curriculum.rankingPrompts.length;
  const data = {
    train: rankings.slice(0, split),
    validation: rankings.slice(split),
    demonstrations: curriculum.validationDemonstrations,
  };
  run.rewardData = data;
  const model = startRewardModel(sft, config);
  replace(run, 'unfinishedRewardModel', model);
  yield* trainRewardModel(model, data, config);
  delete run.models.unfinishedRewardModel;
  replace(run, 'rewardModel', model);
  yield* pickSft(run);
}

/** Scores samples of every SFT epoch on validation prompts and keeps the best. @source Ouyang et al. 2022, section 3.5 */
async function* pickSft(run: Run): StageLoop<void> {
  const { config, curriculum, sftEpochs: epochs } = run;
  if (epochs.length === 0) return;
  const prompts = curriculum.validationPrompts.map((prompt) => prompt.tokens);
  let best = { score: -Infinity, epoch: epochs.length - 1 };
  for (let epoch = 0; epoch < epochs.length; epoch++) {
    const items = await sampleAnswers(epochs[epoch], prompts, samplingOf(config, 'sft/pick'));
    const scores = await scoreItems(need(run, 'rewardModel', 'rm'), items, config['sampling.responseLength']);
    const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    if (score > best.score) best = { score, epoch };
    const step =
      (epoch + 1) *
      Math.floor(curriculum.sft.train.length / Math.min(config['sft.batchSize'], curriculum.sft.train.length));
    yield {
      ...waiting('sft', `scoring SFT epoch ${epoch + 1} of ${epochs.length}`),
      rows: [{ step, metrics: { 'sft/rm_score': score } }],
    };
  }
  replace(run, 'sft', copyModel(epochs[best.epoch]));
  forgetEpochs(run);
}

function waiting(stage: Stage, activity: string): StepReport {
  return { stage, step: 0, totalSteps: 0, rows: [], tokens: 0, episodes: 0, activity };
}

/** Sampling settings of a run for a named random stream. */
export function samplingOf(config: Config, name: string) {
  return {
    responseLength: config['sampling.responseLength'],
    temperature: config['sampling.temperature'],
    seed: config['run.seed'],
    stream: name,
  };
}

/** The models whose answers can be shown now, by policy name. During PPO the live policy is shown. */
export function livePolicies(run: Run): Partial<Record<'base' | 'sft' | 'ppo', Gpt>> {
  const { base, sft, policy } = run.models;
  return { ...(base && { base }), ...(sft && { sft }), ...(policy && { ppo: policy }) };
}
