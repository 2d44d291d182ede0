/** What a run consists of: settings, what it learns from, its models, and where it stands. */
import type { Config } from '../config/config';
import { ConfigError } from '../config/errors';
import type { RandomState } from '../data/random';
import { StepRunner } from '../kernels/stepRunner';
import { disposeModel, type Gpt, type GptShape } from '../nn/gpt';
import type { Contributions, LeftOut } from './contributions';
import { makeCurriculum, type Curriculum } from './curriculum';
import type { Item } from './items';
import type { PassesState } from './passes';
import type { PpoCourse, PpoState, SavedPpo } from './ppo';
import type { PhaseWatch } from './ppoPhases';
import type { PretrainCourse } from './pretrain';
import type { Stage, StepReport } from './report';
import type { RewardCourse, RewardData } from './rewardModel';
import type { SftCourse } from './sft';
import type { SavedCourse } from './supervised';

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

/** How far the choice of the SFT epoch has come. */
export interface EpochChoice {
  /** Epochs scored. */
  scored: number;
  /** Null before the first. */
  best: { score: number; epoch: number } | null;
}

/** The stage under way and what it carries from one step to the next. Three things happen in the stage of the reward model. */
export type Training =
  | { stage: 'pretrain'; course: PretrainCourse }
  | { stage: 'sft'; course: SftCourse }
  | { stage: 'rm'; phase: 'answers' }
  | { stage: 'rm'; phase: 'training'; course: RewardCourse }
  | { stage: 'rm'; phase: 'choice'; choice: EpochChoice }
  | { stage: 'ppo'; course: PpoCourse };

/** The same written down between two steps: where a stage can begin instead of at its start. */
export type SavedTraining =
  | { stage: 'pretrain'; course: SavedCourse<RandomState> }
  | { stage: 'sft'; course: SavedCourse<PassesState> }
  | { stage: 'rm'; phase: 'answers' }
  | { stage: 'rm'; phase: 'training'; course: SavedCourse<PassesState> }
  | { stage: 'rm'; phase: 'choice'; choice: EpochChoice }
  | { stage: 'ppo'; course: SavedPpo };

export interface Run {
  /** Live: keys marked so in the settings table may change between steps. */
  config: Config;
  curriculum: Curriculum;
  models: RunModels;
  /** SFT weights after each epoch, until the reward model has picked one. */
  sftEpochs: Gpt[];
  /** What the present or newest stage of the reward model has sampled to be ranked, in order. */
  answers: Item[];
  /** What the reward model learned from, once it has. */
  rewardData: RewardData | null;
  /** What people ranked and wrote for this run; null is nothing. */
  contributions: Contributions | null;
  /** Where the rankings of the newest reward model came from. */
  rewardSources: RewardSources | null;
  /** State of PPO while it runs and after. */
  ppo: PpoState | null;
  /** Runs whatever looks at models without training them: samples, scores, likelihoods. */
  looking: StepRunner;
  /** Whether PPO also stops inside its iterations. */
  watch: PhaseWatch;
  /** Null between stages. */
  training: Training | null;
  /** Where the next stage goes on instead of beginning; its models are in the run already. */
  saved: SavedTraining | null;
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
  return {
    config,
    curriculum: makeCurriculum(config, tokenizerJson),
    models,
    sftEpochs: [],
    answers: [],
    rewardData: null,
    contributions: null,
    rewardSources: null,
    ppo: null,
    looking: new StepRunner(),
    watch: { isOn: false, isStale: false },
    training: null,
    saved: null,
  };
}

export function disposeRun(run: Run): void {
  const { models, ppo } = run;
  run.looking.dispose();
  // Behind an average the policy is the loop's; where none has begun it is left to us.
  for (const model of new Set([...Object.values(models), ...(ppo ? [ppo.policy] : [])])) disposeModel(model);
  run.saved = null;
  run.models = {};
  forgetEpochs(run);
  run.answers = [];
  run.rewardData = null;
  run.ppo = null;
}

export function forgetEpochs(run: Run): void {
  run.sftEpochs.forEach(disposeModel);
  run.sftEpochs = [];
}

/** Lets the next stage begin at its start after all. */
export function forgetSaved(run: Run): void {
  // Behind an average the policy belongs to the loop, which has not begun.
  if (run.saved?.stage === 'ppo' && run.ppo?.average) disposeModel(run.ppo.policy);
  run.saved = null;
}

/** @throws ConfigError when the model is not there */
export function need(run: Run, name: keyof RunModels, stage: Stage): Gpt {
  const model = run.models[name];
  if (!model)
    throw new ConfigError(
      `${stage}: there is no ${name} model to start from; run the stage before it or load the shipped files.`,
    );
  return model;
}

/** Puts a model in its place and frees the one that was there. */
export function replace(run: Run, name: keyof RunModels, model: Gpt): void {
  const old = run.models[name];
  run.models[name] = model;
  if (old && old !== model) disposeModel(old);
}

/** A report of work between steps, in words. */
export function waiting(stage: Stage, activity: string): StepReport {
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
