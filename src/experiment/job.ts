/** A job: one piece of the experiment that can be stopped, continued and given to another process. Types only. */
import type { RunSettings } from '../config/config';
import type { Preset } from '../config/rows';
import type { Gpt } from '../nn/gpt';
import type { Run } from '../pipeline/run';
import type { JobData } from './forms';
import type { JobOptions, JobResults } from './results';

export const TIERS = ['core', 'sweeps', 'crossval', 'iterate'] as const;
export type Tier = (typeof TIERS)[number];

export type JobKind = keyof JobResults;

export interface Job<K extends JobKind = JobKind> {
  /** Folder of its results, for instance `nano-s1-ppo`. */
  id: string;
  kind: K;
  tier: Tier;
  preset: Preset;
  seed: number;
  /** Jobs whose results or models it reads, by the role they play for it. */
  needs: Record<string, string>;
  /** What differs from the preset's column of the settings. */
  overrides: RunSettings['overrides'];
  options: JobOptions[K];
}

/** A job of some kind, with the options of that kind. */
export type AnyJob = { [K in JobKind]: Job<K> }[JobKind];

/** What a job's code gets. Models and tensors it loads are disposed when it ends. */
export interface JobContext {
  /** Settings and data of this preset and seed; no model is loaded yet. The job ends with {@link JobContext.adopt}ed models only. */
  run: Run;
  /** The shipped base model. */
  base(): Promise<Gpt>;
  /** A model that a needed job saved. */
  model(role: string, name: string): Promise<Gpt>;
  /** The result of a needed job, which must be of the given kind. */
  result<K extends JobKind>(role: string, kind: K): Promise<JobResults[K]>;
  /** Data that a needed job saved beside its result. */
  data<K extends keyof JobData>(role: string, name: K): Promise<JobData[K]>;
  saveModel(name: string, model: Gpt): Promise<void>;
  saveData<K extends keyof JobData>(name: K, value: JobData[K]): Promise<void>;
  /** Disposes a model at the end of the job. @returns the model */
  adopt(model: Gpt): Gpt;
  /** One line about where it stands. */
  progress(text: string): void;
}

export interface JobDefinition<K extends JobKind> {
  /** Raised when its code changes so that old results do not count any more. */
  version: number;
  run(context: JobContext, job: Job<K>): Promise<JobResults[K]>;
}

export type JobDefinitions = { [K in JobKind]: JobDefinition<K> };

/** `stamp.json` of a finished job: small, because processes that wait read it often. */
export interface JobStamp {
  /** Fingerprint of everything the result follows from. */
  inputs: string;
  seconds: number;
  /** Tensors alive after the job beyond those before it; 0 when nothing leaks. */
  leakedTensors: number;
}
