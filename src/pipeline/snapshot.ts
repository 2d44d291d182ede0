/** A whole run as numbers on the host, taken between two steps: everything that a run needs to go on bit for bit. */
import * as tf from '@tensorflow/tfjs';
import type { Config, RunSettings, SettingKey, SettingValue } from '../config/config';
import type { LabelerGroup } from '../data/labelers';
import type { Engine } from '../kernels/device';
import type { Contributions } from './contributions';
import type { NoiseCalibration } from '../data/calibration';
import { SNAPSHOT_VERSION } from './manifest';
import type { Metrics, MetricsRow, Stage } from './report';
import type { RewardSources, Run } from './runState';
import { readTensors, type FrozenValues, type SnapshotTensor } from './snapshotTensors';
import { positionOf, positionOfSaved, type StagePosition } from './stagePosition';

export { checkManifest } from './manifest';
export type { FrozenValues, SnapshotTensor } from './snapshotTensors';
export type { StagePosition } from './stagePosition';

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
  const { training } = run;
  if (training?.stage === 'ppo' && training.course.isInside) return null;
  const rows = training && 'course' in training && training.stage !== 'ppo' ? await training.course.read() : [];
  const tensors = await readTensors(run, frozen);
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
