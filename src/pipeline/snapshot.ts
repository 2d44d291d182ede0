/** A whole run as numbers on the host, taken between two steps: everything that a run needs to go on bit for bit. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import type { Config, RunSettings, SettingKey, SettingValue } from '../config/config';
import type { LabelerGroup } from '../data/labelers';
import type { Engine } from '../kernels/device';
import { readMany } from '../kernels/readMany';
import type { Gpt } from '../nn/gpt';
import type { AdamW, SavedOptimizer } from '../nn/optimizer';
import type { Contributions } from './contributions';
import type { NoiseCalibration } from '../data/calibration';
import { SNAPSHOT_VERSION } from './manifest';
import type { Metrics, MetricsRow, Stage } from './report';
import type { RewardSources, Run, RunModels, SavedTraining, Training } from './runState';

export { checkManifest } from './manifest';

/** `ppo`: shipped SFT and reward model, straight to step 3. `all`: shipped base, steps 1 to 3. `scratch`: pretraining too. */
export type RunPlan = 'ppo' | 'all' | 'scratch';

/** A setting changed while a run went on, and where. */
export interface LiveChange {
  stage: Stage;
  step: number;
  key: SettingKey;
  value: SettingValue;
}

/** Where a run stood, for lists and status lines. */
export interface RunPlace {
  stage: Stage | null;
  /** Steps of the stage finished. */
  step: number;
  totalSteps: number;
  episodes: number;
  /** Training time of the stage so far. */
  seconds: number;
}

/** The same run, elsewhere or earlier: what a fork began from. */
export interface RunParent {
  runId: string;
  stage: Stage | null;
  step: number;
}

type WithoutOptimizer<Course> = Omit<Course, 'optimizer' | 'policyOptimizer' | 'valueOptimizer'> & {
  /** Updates of each optimiser, by its name; the moments are tensors. */
  updates: Record<string, number>;
};
type Written<T> = T extends { course: infer Course } ? Omit<T, 'course'> & { course: WithoutOptimizer<Course> } : T;
/** Where the stage under way stands, as JSON. */
export type StagePosition = Written<SavedTraining>;

/** Everything about a run that is not a tensor. Plain JSON. */
export interface RunManifest extends RunIdentity, RunProgress {
  version: typeof SNAPSHOT_VERSION;
  /** Fingerprint of world and tokenizer. */
  world: string;
  /** That computed it: another one rounds differently. */
  engine: Engine;
  /** All values in force, live changes included. */
  config: Config;
  position: StagePosition | null;
  /** Copies of SFT weights kept, one for each epoch so far. */
  sftEpochs: number;
  contributions: Contributions | null;
  rewardSources: RewardSources | null;
  /** How the labelers got their noise; null until answers were ranked. NaN is written as null. */
  labelerNoise: Record<LabelerGroup, Omit<NoiseCalibration, 'team'>> | null;
  ppo: { klCoef: number; hasAverage: boolean } | null;
}

export interface SnapshotTensor {
  /** `models/<model>/<parameter>`, `<optimiser>/<first|second>/<parameter>`, `answers/rm/<lengths|tokens>`. */
  name: string;
  dtype: 'float32' | 'int32';
  shape: number[];
  /** Never written to. Weights that no longer change are the same array in every snapshot of a run. */
  data: Float32Array | Int32Array;
}

export interface RunSnapshot {
  manifest: RunManifest;
  tensors: SnapshotTensor[];
}

/** What the caller of a run knows about it from its beginning. */
export interface RunIdentity {
  runId: string;
  parent: RunParent | null;
  plan: RunPlan;
  /** As the run was started with. */
  settings: RunSettings;
  changes: LiveChange[];
}

/** Tells runs apart wherever they are kept; nothing that is computed follows from it, so it needs no seed. */
export function newRunId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** How far its caller has come with it. */
export interface RunProgress {
  /** Stages not finished; the first one is under way where there is a position. Empty: the run is done. */
  stages: Stage[];
  at: RunPlace;
  /** Newest metrics of the stage. */
  summary: Metrics;
}

/** Weights that were read and cannot change any more, so that they are read once. */
export type FrozenValues = WeakMap<Tensor, Float32Array>;

/** Models that a stage moves. */
const LEARNERS: Record<Stage, readonly (keyof RunModels)[]> = {
  pretrain: ['base'],
  sft: ['sft'],
  rm: ['unfinishedRewardModel'],
  ppo: ['policy', 'valueModel'],
};

/** Tensors under one name, and whether they will ever change. */
interface Group {
  name: string;
  tensors: Readonly<Record<string, Tensor>>;
  isFrozen: boolean;
}

/**
 * Takes down a run that stands between two steps. What waits in the device ring is read first.
 * @param frozen remembers weights that no longer change; pass the same one each time
 * @returns the snapshot with metrics that were still waiting, or null while PPO stands inside an iteration
 * @throws DivergedError when the steps since the last reading turn out not to be finite
 */
export async function snapshotRun(
  run: Run,
  identity: RunIdentity & RunProgress,
  frozen: FrozenValues = new WeakMap(),
): Promise<{ snapshot: RunSnapshot; rows: MetricsRow[] } | null> {
  const { training, saved } = run;
  if (training?.stage === 'ppo' && training.course.isInside) return null;
  const rows = training && 'course' in training && training.stage !== 'ppo' ? await training.course.read() : [];
  const groups = [...modelGroups(run), ...optimizersOf(training).flatMap(momentGroups)];
  const tensors = await readGroups(groups, frozen);
  // A stage that has not gone on yet has its optimisers on the host.
  if (!training) tensors.push(...savedOptimizers(saved).flatMap((entry) => savedMoments(run, entry)));
  tensors.push(...answerTensors(run));
  return { snapshot: { manifest: manifestOf(run, identity), tensors }, rows };
}

function manifestOf(run: Run, identity: RunIdentity & RunProgress): RunManifest {
  const { curriculum, config, training, saved, ppo } = run;
  const withoutTeam = ({ team: _, ...noise }: NoiseCalibration) => noise;
  const { calibration } = curriculum;
  // JSON has no NaN, and nobody misses the mean of nothing.
  const summary = Object.fromEntries(Object.entries(identity.summary).filter(([, value]) => Number.isFinite(value)));
  return structuredClone({
    ...identity,
    summary,
    version: SNAPSHOT_VERSION,
    world: curriculum.fingerprint,
    engine: tf.getBackend() as Engine,
    config,
    position: training ? positionOf(training) : saved && positionOfSaved(saved),
    sftEpochs: run.sftEpochs.length,
    contributions: run.contributions,
    rewardSources: run.rewardSources,
    labelerNoise: calibration && {
      training: withoutTeam(calibration.training),
      heldOut: withoutTeam(calibration.heldOut),
    },
    ppo: ppo && { klCoef: ppo.klCoef, hasAverage: ppo.average !== null },
  });
}

function positionOf(training: Training): StagePosition {
  const updates = Object.fromEntries(optimizersOf(training).map(([name, { state }]) => [name, state.step]));
  switch (training.stage) {
    case 'pretrain': {
      const { step, tokens, draws } = training.course;
      return { stage: 'pretrain', course: { step, tokens, draws: draws.state(), updates } };
    }
    case 'sft': {
      const { step, tokens, draws } = training.course;
      return { stage: 'sft', course: { step, tokens, draws: draws.state(), updates } };
    }
    case 'rm': {
      if (training.phase !== 'training') return training;
      const { step, tokens, draws } = training.course;
      return { stage: 'rm', phase: 'training', course: { step, tokens, draws: draws.state(), updates } };
    }
    case 'ppo': {
      const { step, prompts, shuffle, pages } = training.course;
      const generators = { prompts: prompts.state(), shuffle: shuffle.state(), pages: pages.state() };
      return { stage: 'ppo', course: { step, ...generators, updates } };
    }
  }
}

function positionOfSaved(saved: SavedTraining): StagePosition {
  const updates = Object.fromEntries(savedOptimizers(saved).map(([name, { step }]) => [name, step]));
  switch (saved.stage) {
    case 'pretrain': {
      const { optimizer: _, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
    case 'sft': {
      const { optimizer: _, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
    case 'rm': {
      if (saved.phase !== 'training') return saved;
      const { optimizer: _, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
    case 'ppo': {
      const { policyOptimizer: _, valueOptimizer: __, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
  }
}

function optimizersOf(training: Training | null): [string, AdamW][] {
  if (!training || !('course' in training)) return [];
  if (training.stage !== 'ppo') return [['optimizer', training.course.optimizer]];
  const { policyOptimizer, valueOptimizer } = training.course;
  return Object.entries({ policyOptimizer, valueOptimizer });
}

function savedOptimizers(saved: SavedTraining | null): [string, SavedOptimizer][] {
  if (!saved || !('course' in saved)) return [];
  if (saved.stage !== 'ppo') return [['optimizer', saved.course.optimizer]];
  const { policyOptimizer, valueOptimizer } = saved.course;
  return Object.entries({ policyOptimizer, valueOptimizer });
}

/** Models of a run by the names they have in a snapshot. The policy behind an average is the `learner`. */
function modelGroups({ models, sftEpochs, ppo, training, saved }: Run): Group[] {
  const stage = (training ?? saved)?.stage;
  const learning: readonly string[] = stage ? LEARNERS[stage] : [];
  const all: Record<string, Gpt | undefined> = { ...models };
  sftEpochs.forEach((weights, i) => (all[`sftEpoch${i + 1}`] = weights));
  if (stage === 'ppo' && ppo?.average) all.learner = ppo.policy;
  return Object.entries(all).flatMap(([name, model]) =>
    model
      ? [
          {
            name: `models/${name}`,
            tensors: model.parameters,
            isFrozen: name !== 'learner' && !learning.includes(name),
          },
        ]
      : [],
  );
}

function momentGroups([name, { state }]: [string, AdamW]): Group[] {
  return [
    { name: `${name}/first`, tensors: state.firstMoments, isFrozen: false },
    { name: `${name}/second`, tensors: state.secondMoments, isFrozen: false },
  ];
}

async function readGroups(groups: readonly Group[], frozen: FrozenValues): Promise<SnapshotTensor[]> {
  const entries = groups.flatMap(({ name, tensors, isFrozen }) =>
    Object.entries(tensors).map(([parameter, tensor]) => ({ name: `${name}/${parameter}`, tensor, isFrozen })),
  );
  const known = (entry: (typeof entries)[number]) => (entry.isFrozen ? frozen.get(entry.tensor) : undefined);
  const wanted = entries.filter((entry) => !known(entry));
  const values = await readMany(wanted.map(({ tensor }) => tensor));
  const read = new Map(wanted.map(({ tensor }, i) => [tensor, values[i]]));
  return entries.map((entry): SnapshotTensor => {
    const { name, tensor, isFrozen } = entry;
    const data = read.get(tensor) ?? known(entry)!;
    if (isFrozen) frozen.set(tensor, data);
    else frozen.delete(tensor);
    return { name, dtype: 'float32', shape: tensor.shape.slice(), data };
  });
}

function savedMoments(
  { models, ppo, saved }: Run,
  [name, { firstMoments, secondMoments }]: [string, SavedOptimizer],
): SnapshotTensor[] {
  const trained = { pretrain: models.base, sft: models.sft, rm: models.unfinishedRewardModel, ppo: ppo?.policy };
  const { parameters } = (name === 'valueOptimizer' ? models.valueModel : trained[saved!.stage])!;
  const tensors = (kind: string, moments: SavedOptimizer['firstMoments']) =>
    Object.entries(moments).map(([parameter, data]): SnapshotTensor => {
      const { shape } = parameters[parameter];
      return { name: `${name}/${kind}/${parameter}`, dtype: 'float32', shape: shape.slice(), data };
    });
  return [...tensors('first', firstMoments), ...tensors('second', secondMoments)];
}

/** The answers that were ranked, one after the other. Their prompts follow from the settings. */
function answerTensors({ answers }: Run): SnapshotTensor[] {
  if (answers.length === 0) return [];
  const lengths = Int32Array.from(answers, ({ response }) => response.length);
  const tokens = Int32Array.from(answers.flatMap(({ response }) => response));
  const tensor = (name: string, data: Int32Array): SnapshotTensor => ({
    name: `answers/rm/${name}`,
    dtype: 'int32',
    shape: [data.length],
    data,
  });
  return [tensor('lengths', lengths), tensor('tokens', tokens)];
}
