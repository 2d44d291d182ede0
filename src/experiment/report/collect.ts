import type { Preset } from '../../config/rows';
import { pairedDifference, pooled, type Estimate, type Pooled } from '../../evaluation/estimate';
import { summarise, type PolicySummary } from '../../evaluation/summary';
import { winRateInterval } from '../../rlhf/statistics';
import { RESULT_FORMS, STAMP_FORM } from '../forms';
import type { AnyJob, JobKind } from '../job';
import type { JobResults, Judgement, PolicyName, PolicyResult } from '../results';
import { jobPaths, readJson, type ExperimentStore } from '../store';

/** A job that is done. */
export interface Entry<K extends JobKind> {
  seed: number;
  result: JobResults[K];
}

/** A policy with everything measured on it, one seed. */
export interface PolicyEntry {
  seed: number;
  result: PolicyResult;
  summary: PolicySummary;
  judgement: Judgement | null;
}

/** The results of all jobs that are done, found by kind, name and preset. */
export class Collected {
  readonly #results: { job: AnyJob; result: unknown }[];
  readonly #policies = new Map<string, PolicyEntry[]>();

  constructor(results: { job: AnyJob; result: unknown }[]) {
    this.#results = results;
  }

  get jobs(): AnyJob[] {
    return this.#results.map(({ job }) => job);
  }

  /** Jobs of one kind, ordered by seed. @param name id without preset and seed */
  of<K extends JobKind>(kind: K, preset: Preset, name: string): Entry<K>[] {
    return this.#results
      .filter(
        ({ job }) => job.kind === kind && job.id === `${job.preset}-s${job.seed}-${name}` && job.preset === preset,
      )
      .map(({ job, result }) => ({ seed: job.seed, result: result as JobResults[K] }));
  }

  policy(preset: Preset, name: PolicyName): PolicyEntry[] {
    const key = `${preset}/${name}`;
    const judges = this.of('judge', preset, 'judge');
    const entries =
      this.#policies.get(key) ??
      this.of('policy', preset, `policy-${name}`).map(({ seed, result }) => ({
        seed,
        result,
        summary: summarise(result.answers),
        judgement:
          judges.find((judge) => judge.seed === seed)?.result.policies.find(({ policy }) => policy === name) ?? null,
      }));
    this.#policies.set(key, entries);
    return entries;
  }
}

/**
 * Reads the results of the jobs that are done.
 * @param inputs counts only those whose inputs are still the same; null counts all
 */
export async function collect(
  store: ExperimentStore,
  plan: readonly AnyJob[],
  inputs: ReadonlyMap<string, string> | null,
): Promise<{ collected: Collected; seconds: number }> {
  const results: { job: AnyJob; result: unknown }[] = [];
  let seconds = 0;
  for (const job of plan) {
    const stamp = await readJson(store, jobPaths.stamp(job.id), STAMP_FORM);
    if (!stamp || (inputs && stamp.inputs !== inputs.get(job.id))) continue;
    seconds += stamp.seconds;
    results.push({ job, result: await readJson<unknown>(store, jobPaths.result(job.id), RESULT_FORMS[job.kind]) });
  }
  return { collected: new Collected(results), seconds };
}

/** One number of several seeds; null when no seed has it. */
export function overSeeds<T>(entries: readonly T[], measure: (entry: T) => Estimate | null | undefined): Pooled | null {
  const estimates = entries.flatMap((entry) => measure(entry) ?? []);
  return estimates.length > 0 ? pooled(estimates) : null;
}

/**
 * The same for shares: the interval stays inside 0 to 1 and is never narrower than Wilson's, so that no hit in so many
 * answers does not pass for certainty.
 */
export function shareOverSeeds<T>(
  entries: readonly T[],
  measure: (entry: T) => Estimate | null | undefined,
): Pooled | null {
  const share = overSeeds(entries, measure);
  if (!share) return null;
  const hits = share.mean * share.n;
  const { wilsonLow, wilsonHigh } = winRateInterval(hits, share.n - hits, 0);
  return {
    ...share,
    low: Math.max(0, Math.min(share.low, wilsonLow)),
    high: Math.min(1, Math.max(share.high, wilsonHigh)),
  };
}

/** a − b in pairs of prompts, pooled over the seeds that have both; null when none has. */
export function pairedOverSeeds<T extends { seed: number }, U extends { seed: number }>(
  a: readonly T[],
  ofA: (entry: T) => Estimate | null | undefined,
  b: readonly U[],
  ofB: (entry: U) => Estimate | null | undefined,
): Pooled | null {
  const differences = a.flatMap((entry) => {
    const other = b.find(({ seed }) => seed === entry.seed);
    const [first, second] = [ofA(entry), other && ofB(other)];
    return first && second ? [pairedDifference(first, second)] : [];
  });
  return differences.length > 0 ? pooled(differences) : null;
}

/** An estimate moved by a constant, for instance a win rate counted from one half. */
export function shifted(estimate: Pooled | null, by: number): Pooled | null {
  if (!estimate) return null;
  const { mean, low, high } = estimate;
  return { ...estimate, mean: mean + by, low: low + by, high: high + by };
}

/** An estimate with its sign turned. */
export function negated(estimate: Pooled | null): Pooled | null {
  return estimate && { ...estimate, mean: -estimate.mean, low: -estimate.high, high: -estimate.low };
}
