/** Runs the jobs of a plan, each once, in the order of their needs; several processes may work on one store. */
import { fingerprint } from '../data/random';
import { FAILURE_FORM, STAMP_FORM } from './forms';
import type { AnyJob, JobKind, JobStamp, Tier } from './job';
import { jobPaths, readJson, type ExperimentStore } from './store';

/** What a job's result follows from, besides the job and its needs. */
export interface Origin {
  /** Fingerprint of world, tokenizer and labelers. */
  world: string;
  /** Fingerprint of the base checkpoint of each preset. */
  base: Record<string, string>;
  /** Resolved settings of a job, so that a changed default counts as a change. */
  settings(job: AnyJob): unknown;
}

/**
 * Fingerprint of everything each job's result follows from: kind, its code version, settings, options, world, base model,
 * and the same of all jobs it needs.
 * @throws RangeError when a need comes later in the plan or not at all
 */
export function inputsOf(
  plan: readonly AnyJob[],
  versions: Record<JobKind, { version: number }>,
  origin: Origin,
): Map<string, string> {
  const inputs = new Map<string, string>();
  for (const job of plan) {
    const needs = Object.entries(job.needs).map(([role, id]) => {
      const known = inputs.get(id);
      if (!known)
        throw new RangeError(`plan: ${job.id} needs ${id} as ${role}, which is not before it; put it into the plan.`);
      return [role, known];
    });
    const facts = {
      kind: job.kind,
      version: versions[job.kind].version,
      settings: origin.settings(job),
      options: job.options,
      world: origin.world,
      base: origin.base[job.preset],
      needs,
    };
    inputs.set(job.id, fingerprint(JSON.stringify(facts)));
  }
  return inputs;
}

/** Why a job could not be done in this attempt; a later attempt tries again. */
export interface StoredFailure {
  attempt: string;
  message: string;
}

export interface SchedulerHooks {
  started(job: AnyJob, done: number, total: number): void;
  finished(job: AnyJob, seconds: number, leakedTensors: number): void;
  failed(job: AnyJob, error: Error): void;
}

export interface Scheduling {
  plan: readonly AnyJob[];
  inputs: ReadonlyMap<string, string>;
  store: ExperimentStore;
  /** Names one start of the command: failures of earlier starts are tried again. */
  attempt: string;
  /** Does the job and stores its models and its result. */
  execute(job: AnyJob): Promise<Omit<JobStamp, 'inputs'>>;
  hooks: SchedulerHooks;
  /** Seconds of work, all processes together, after which no more jobs of a tier are started. */
  limits: Partial<Record<Tier, number>>;
  /** Waits while another process holds all that is left to do. */
  pause(): Promise<void>;
}

export interface Outcome {
  done: AnyJob[];
  failed: { job: AnyJob; message: string }[];
  /** Never started, because something they need failed or was left out. */
  blocked: AnyJob[];
  /** Left out, because the time of their tier was used up. */
  skipped: AnyJob[];
}

/** @returns when nothing is left that could be done; failures are stored and named, jobs that do not need them go on */
export async function runJobs(scheduling: Scheduling): Promise<Outcome> {
  const { plan, pause } = scheduling;
  for (;;) {
    const states = await statesOf(scheduling);
    const open = plan.filter((job) => states.get(job.id) === 'open');
    if (open.length === 0) return outcome(scheduling, states);
    let isBusy = false;
    for (const job of open) {
      if (!(await scheduling.store.claim(job.id))) continue;
      try {
        await runClaimed(scheduling, job);
      } finally {
        await scheduling.store.release(job.id);
      }
      isBusy = true;
      break;
    }
    if (!isBusy) await pause();
  }
}

type State = 'done' | 'failed' | 'blocked' | 'skipped' | 'waiting' | 'open';

async function statesOf({ plan, inputs, store, attempt, limits }: Scheduling): Promise<Map<string, State>> {
  const stamps = new Map<string, JobStamp>();
  const spent: Partial<Record<Tier, number>> = {};
  for (const { id, tier } of plan) {
    const stamp = await readJson(store, jobPaths.stamp(id), STAMP_FORM);
    if (stamp?.inputs !== inputs.get(id)) continue;
    stamps.set(id, stamp!);
    spent[tier] = (spent[tier] ?? 0) + stamp!.seconds;
  }
  const states = new Map<string, State>();
  for (const job of plan) states.set(job.id, await stateOf(job));
  return states;

  async function stateOf({ id, tier, needs }: AnyJob): Promise<State> {
    if (stamps.has(id)) return 'done';
    const failure = await readJson(store, jobPaths.failure(id), FAILURE_FORM);
    if (failure?.attempt === attempt) return 'failed';
    const before = Object.values(needs).map((need) => states.get(need));
    if (before.some((state) => state === 'failed' || state === 'blocked' || state === 'skipped')) return 'blocked';
    if ((spent[tier] ?? 0) >= (limits[tier] ?? Infinity)) return 'skipped';
    return before.every((state) => state === 'done') ? 'open' : 'waiting';
  }
}

async function runClaimed(scheduling: Scheduling, job: AnyJob): Promise<void> {
  const { plan, inputs, store, attempt, execute, hooks } = scheduling;
  const states = await statesOf(scheduling);
  // Another process may have finished it between looking and claiming.
  if (states.get(job.id) !== 'open') return;
  const done = [...states.values()].filter((state) => state === 'done').length;
  hooks.started(job, done, plan.length);
  try {
    const cost = await execute(job);
    await store.write(jobPaths.stamp(job.id), JSON.stringify({ inputs: inputs.get(job.id), ...cost }));
    hooks.finished(job, cost.seconds, cost.leakedTensors);
  } catch (error) {
    const failure: StoredFailure = { attempt, message: (error as Error).message };
    await store.write(jobPaths.failure(job.id), JSON.stringify(failure));
    hooks.failed(job, error as Error);
  }
}

async function outcome({ plan, store }: Scheduling, states: ReadonlyMap<string, State>): Promise<Outcome> {
  const inState = (state: State) => plan.filter((job) => states.get(job.id) === state);
  const failed = await Promise.all(
    inState('failed').map(async (job) => {
      const failure = await readJson(store, jobPaths.failure(job.id), FAILURE_FORM);
      return { job, message: failure?.message ?? 'unknown' };
    }),
  );
  return { done: inState('done'), failed, blocked: inState('blocked'), skipped: inState('skipped') };
}
