/** Does single jobs: sets up the run of a job's preset and seed, loads what it needs, stores what it makes, frees the rest. */
import * as tf from '@tensorflow/tfjs';
import { resolveConfig, type Config, type RunSettings } from '../config/config';
import { StorageError } from '../config/errors';
import type { Preset } from '../config/rows';
import { fingerprint } from '../data/random';
import { loadModel, saveModel } from '../nn/checkpoint';
import { StepRunner } from '../kernels/stepRunner';
import { disposeModel, type Gpt } from '../nn/gpt';
import { loadShipped, modelPath, TOKENIZER_PATH, WORLD_KEY, type AssetReader } from '../pipeline/assets';
import { createRun, disposeRun, shapeOf, type Run } from '../pipeline/run';
import { JOB_DEFINITIONS } from './jobs';
import { DATA_FORMS, RESULT_FORMS, type Form, type JobData } from './forms';
import type { AnyJob, Job, JobContext, JobKind, JobStamp } from './job';
import type { JobResults } from './results';
import type { Origin } from './scheduler';
import { jobPaths, parseFile, type ExperimentStore } from './store';

/** The settings a job runs with. */
export function settingsOf(job: AnyJob): RunSettings {
  const overrides = { ...job.overrides, 'run.seed': job.seed };
  return { version: 1, preset: job.preset, recipe: 'proven', overrides };
}

export class ExperimentSession {
  readonly #store: ExperimentStore;
  readonly #read: AssetReader;
  readonly #tokenizer: string;
  readonly #progress: (text: string) => void;
  /** Cutting the world takes a second; jobs of one seed share the cut. Never given out itself. */
  readonly #templates = new Map<string, Run>();

  private constructor(store: ExperimentStore, read: AssetReader, tokenizer: string, progress: (text: string) => void) {
    this.#store = store;
    this.#read = read;
    this.#tokenizer = tokenizer;
    this.#progress = progress;
  }

  /** @param progress gets one line now and then about where the running job stands */
  static async start(
    store: ExperimentStore,
    read: AssetReader,
    progress: (text: string) => void,
  ): Promise<ExperimentSession> {
    const tokenizer = new TextDecoder().decode(await read(TOKENIZER_PATH));
    return new ExperimentSession(store, read, tokenizer, progress);
  }

  /** What the results of these jobs follow from, besides the jobs. */
  async origin(plan: readonly AnyJob[]): Promise<Origin> {
    const presets = [...new Set(plan.map((job) => job.preset))];
    const base: Record<string, string> = {};
    for (const preset of presets) base[preset] = bytesFingerprint(await this.#read(modelPath(preset, 'base')));
    const { curriculum } = this.runOf(plan[0]);
    const labelers = fingerprint(JSON.stringify(curriculum.labelers));
    return { world: `${curriculum.fingerprint}/${labelers}`, base, settings: (job) => resolveConfig(settingsOf(job)) };
  }

  /** A run without models for a job's preset and seed. */
  runOf(job: AnyJob): Run {
    const config = resolveConfig(settingsOf(job));
    const key = cutKey(config);
    const template = this.#templates.get(key) ?? createRun(config, this.#tokenizer);
    this.#templates.set(key, template);
    const apart = {
      curriculum: { ...template.curriculum },
      looking: new StepRunner(),
      models: {},
      sftEpochs: [],
      answers: [],
    };
    return { ...template, ...apart, config };
  }

  async execute(job: AnyJob): Promise<Omit<JobStamp, 'inputs'>> {
    const begun = performance.now();
    const before = tf.memory().numTensors;
    const run = this.runOf(job);
    const adopted: Gpt[] = [];
    try {
      const context = this.#context(job, run, adopted);
      await this.#store.write(jobPaths.result(job.id), JSON.stringify(await runJob(job, context)));
    } finally {
      disposeRun(run);
      adopted.forEach(disposeModel);
    }
    return { seconds: (performance.now() - begun) / 1000, leakedTensors: tf.memory().numTensors - before };
  }

  #context(job: AnyJob, run: Run, adopted: Gpt[]): JobContext {
    const store = this.#store;
    const { fingerprint: world } = run.curriculum;
    const shape = shapeOf(run.config);
    const adopt = (model: Gpt): Gpt => {
      adopted.push(model);
      return model;
    };
    const needed = (role: string): string => {
      const id = job.needs[role];
      if (!id)
        throw new RangeError(`${job.id}: asks for "${role}"; expected one of ${Object.keys(job.needs).join(', ')}.`);
      return id;
    };
    const stored = async (path: string): Promise<Uint8Array> => {
      const bytes = await store.read(path);
      if (!bytes) throw new StorageError(`${job.id}: ${path} is missing; delete that job's folder and start again.`);
      return bytes;
    };
    const parsed = async <T>(path: string, form: Form<T>) => parseFile(await stored(path), path, form);
    return {
      run,
      base: async () => adopt(await loadShipped(this.#read, job.preset, 'base', shape, world)),
      model: async (role, name) => {
        const path = jobPaths.model(needed(role), name);
        return adopt(loadModel(await stored(path), shape, path).model);
      },
      result: async <K extends JobKind>(role: string, kind: K) =>
        parsed<JobResults[K]>(jobPaths.result(needed(role)), RESULT_FORMS[kind]),
      data: async <K extends keyof JobData>(role: string, name: K) =>
        parsed<JobData[K]>(jobPaths.data(needed(role), name), DATA_FORMS[name]),
      saveModel: async (name, model) =>
        store.write(jobPaths.model(job.id, name), await saveModel(model, { [WORLD_KEY]: world, job: job.id })),
      saveData: async (name, value) => store.write(jobPaths.data(job.id, name), JSON.stringify(value)),
      adopt,
      progress: this.#progress,
    };
  }
}

/** Runs a job with the definition of its kind. The union of kinds has to be told apart for the types to follow. */
function runJob<K extends JobKind>(job: Job<K>, context: JobContext): Promise<unknown> {
  return JOB_DEFINITIONS[job.kind].run(context, job);
}

/** Settings that may decide how the world is cut: all but those of how the stages learn. */
function cutKey(config: Config): string {
  const entries = Object.entries(config).filter(([key]) => !/^(pretrain|sft|rm|ppo)\./.test(key));
  return JSON.stringify(entries);
}

function bytesFingerprint(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return fingerprint(text);
}

/** The presets a plan touches. */
export function presetsOf(plan: readonly AnyJob[]): Preset[] {
  return [...new Set(plan.map((job) => job.preset))];
}
