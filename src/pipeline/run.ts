/**
 * A whole run: which stages, with what, handing models on. The page's worker and the headless command run this same code;
 * they decide when to ask for the next event, which is how pausing and single steps work.
 */
import type { Config } from '../config/config';
import { ConfigError } from '../config/errors';
import { stream } from '../data/random';
import { copyModel, disposeModel, type Gpt, type GptShape } from '../nn/gpt';
import { initialiseGpt } from '../nn/initialise';
import {
  countPairs,
  FEWEST_RANKINGS,
  rankedItems,
  settingsForFew,
  trainingDemonstrations,
  type Contributions,
  type LeftOut,
} from './contributions';
import { makeCurriculum, type Curriculum } from './curriculum';
import type { Item } from './items';
import { answerCounts, groupAnswers, rankAnswers } from './labelling';
import { pretrain } from './pretrain';
import { trainPpo, type PpoState } from './ppo';
import type { PhaseWatch } from './ppoPhases';
import {
  pairStatistics,
  scoreItems,
  startRewardModel,
  trainRewardModel,
  type RankedItems,
  type RewardData,
} from './rewardModel';
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
  /** What people ranked and wrote for this run; null is nothing. */
  contributions: Contributions | null;
  /** Where the rankings of the newest reward model came from. */
  rewardSources: RewardSources | null;
  /** State of PPO while it runs and after. */
  ppo: PpoState | null;
  /** Whether PPO also stops inside its iterations. */
  watch: PhaseWatch;
}

/** What a reward model learned from, counted. */
export interface RewardSources {
  /** Rankings and comparisons by simulated labelers. */
  simulated: { rankings: number; pairs: number };
  /** By people; `heldOut` rankings were kept back for the check below. */
  people: { rankings: number; pairs: number; heldOut: number; leftOut: Record<LeftOut, number> };
  updates: number;
  /** Comparisons in people's held-out rankings, and how many of them the new reward model orders alike. */
  check: { pairs: number; correct: number };
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
  const watch = { isOn: false, isStale: false };
  return {
    config,
    curriculum: makeCurriculum(config, tokenizerJson),
    models,
    sftEpochs: [],
    rewardData: null,
    contributions: null,
    rewardSources: null,
    ppo: null,
    watch,
  };
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
      const keep = (state: PpoState) => {
        run.ppo = state;
        replace(run, 'policy', state.average ?? state.policy);
        replace(run, 'valueModel', state.valueModel);
      };
      yield* trainPpo(models, curriculum.ppoData(), config, keep, run.watch);
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
  const data = { ...run.curriculum.sft, train: trainingDemonstrations(run.curriculum, run.config, run.contributions) };
  yield* trainSft(need(run, 'sft', 'sft'), data, run.config, (weights) => run.sftEpochs.push(weights));
}

const ANSWERS_PER_REPORT = 512;

/** Samples answers to rank, has labelers rank them, trains on the rankings, then lets the reward model pick the SFT checkpoint. */
async function* runRewardModel(run: Run): StageLoop<void> {
  const { config, curriculum } = run;
  const sft = need(run, 'sft', 'rm');
  const rankingPrompts = run.contributions?.withSimulated === false ? [] : curriculum.rankingPrompts;
  const prompts = [...rankingPrompts, ...curriculum.validationPrompts];
  const counts = answerCounts(config, prompts.length);
  const repeated = prompts.flatMap((prompt, i) => Array.from({ length: counts[i] }, () => prompt));
  const items: Item[] = [];
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
  const groups = groupAnswers(items, counts);
  const rankings = rankAnswers(curriculum, prompts, groups, stream(config['run.seed'], 'rm/labels'));
  const split = rankingPrompts.length;
  const { own, check, people } = splitContributed(run);
  const train = [...rankings.slice(0, split), ...own];
  const settings = split === 0 ? settingsForFew(config, train.length) : config;
  const data = {
    train,
    validation: rankings.slice(split),
    demonstrations: curriculum.validationDemonstrations,
  };
  run.rewardData = data;
  const model = startRewardModel(sft, config);
  replace(run, 'unfinishedRewardModel', model);
  let updates = 0;
  for await (const report of trainRewardModel(model, data, settings)) {
    updates = report.step;
    yield report;
  }
  delete run.models.unfinishedRewardModel;
  replace(run, 'rewardModel', model);
  const simulated = rankings.slice(0, split).reduce((sum, { ranks }) => sum + countPairs(ranks), 0);
  run.rewardSources = {
    simulated: { rankings: split, pairs: simulated },
    people,
    updates,
    check: await checkAgainst(run, check),
  };
  yield* pickSft(run);
}

/** Every fifth ranking by people is kept back, so that what the reward model made of them can be checked. */
const HELD_OUT_EVERY = 5;

/** @throws ConfigError when people's rankings are to stand alone and are too few */
function splitContributed(run: Run) {
  const given = run.contributions;
  const { items, pairs, leftOut } = rankedItems(run.curriculum, run.config, given?.rankings ?? []);
  if (given !== null && !given.withSimulated && items.length < FEWEST_RANKINGS)
    throw new ConfigError(
      `rm: got ${items.length} rankings by people with a preference in them; expected at least ${FEWEST_RANKINGS}; rank more or add the simulated labelers.`,
    );
  const isHeldOut = (_: unknown, i: number) => items.length >= FEWEST_RANKINGS && i % HELD_OUT_EVERY === 0;
  const heldOut = items.filter(isHeldOut);
  const own = items.filter((item, i) => !isHeldOut(item, i));
  const kept = pairs - heldOut.reduce((sum, { ranks }) => sum + countPairs(ranks), 0);
  const people = { rankings: own.length, pairs: kept, heldOut: heldOut.length, leftOut };
  return { own, check: heldOut, people };
}

async function checkAgainst(run: Run, rankings: readonly RankedItems[]): Promise<{ pairs: number; correct: number }> {
  const items = rankings.flatMap((ranking) => ranking.items);
  const scores = await scoreItems(need(run, 'rewardModel', 'rm'), items, run.config['sampling.responseLength']);
  const { pairs, correct } = pairStatistics(
    scores,
    rankings.map((ranking) => ranking.ranks),
  );
  return { pairs, correct };
}

/** Scores samples of every SFT epoch on validation prompts and keeps the best. @source Ouyang et al. 2022, section 3.5 */
async function* pickSft(run: Run): StageLoop<void> {
  const { config, curriculum, sftEpochs: epochs } = run;
  if (epochs.length === 0) return;
  const prompts = curriculum.validationPrompts.map((prompt) => prompt.tokens);
  const learned = trainingDemonstrations(curriculum, config, run.contributions).length;
  let best = { score: -Infinity, epoch: epochs.length - 1 };
  for (let epoch = 0; epoch < epochs.length; epoch++) {
    const items = await sampleAnswers(epochs[epoch], prompts, samplingOf(config, 'sft/pick'));
    const scores = await scoreItems(need(run, 'rewardModel', 'rm'), items, config['sampling.responseLength']);
    const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    if (score > best.score) best = { score, epoch };
    const step = (epoch + 1) * Math.floor(learned / Math.min(config['sft.batchSize'], learned));
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
