import { resolveConfig } from '../config/config';
import { costOf, minutesFor, probe, type Cost, type Speed } from '../experiment/budget';
import { STAMP_FORM } from '../experiment/forms';
import { TIERS, type AnyJob } from '../experiment/job';
import { JOB_DEFINITIONS } from '../experiment/jobs';
import { makePlan } from '../experiment/plan';
import { inputsOf } from '../experiment/scheduler';
import { ExperimentSession, settingsOf } from '../experiment/session';
import { jobPaths, readJson } from '../experiment/store';
import type { ExperimentArguments } from './experimentArguments';
import { FolderStore } from './folderStore';
import { readPublic } from './publicFiles';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Prints what is to be done and what it costs on this machine. */
export async function printBudget(args: ExperimentArguments): Promise<void> {
  const plan = makePlan(args.plan);
  const store = new FolderStore(args.out);
  const session = await ExperimentSession.start(store, readPublic, () => undefined);
  const inputs = inputsOf(plan, JOB_DEFINITIONS, await session.origin(plan));
  const speeds = new Map<string, Speed>();
  for (const job of plan) if (!speeds.has(job.preset)) speeds.set(job.preset, await probe(job));
  const open: AnyJob[] = [];
  for (const job of plan) {
    const stamp = await readJson(store, jobPaths.stamp(job.id), STAMP_FORM);
    if (stamp?.inputs !== inputs.get(job.id)) open.push(job);
  }
  const costs = new Map(open.map((job): [AnyJob, Cost] => [job, costOf(job, resolveConfig(settingsOf(job)))]));
  const minutesOf = (job: AnyJob) => minutesFor(costs.get(job)!, speeds.get(job.preset)!);
  say(`${plan.length} jobs, ${plan.length - open.length} of them done.`);
  for (const [preset, { training, sampling }] of speeds)
    say(
      `probe: ${preset} trains at ${(1000 * training).toFixed(1)} GFLOP/s, samples at ${(1000 * sampling).toFixed(1)}`,
    );
  say('tier       jobs   TFLOP   minutes of one process');
  for (const tier of TIERS)
    printLine(
      tier,
      open.filter((job) => job.tier === tier),
    );
  printLine('all', open);
  if (args.workers > 1) say(`shared by ${args.workers} processes`);

  function printLine(label: string, jobs: readonly AnyJob[]): void {
    if (jobs.length === 0) return;
    const tflop = jobs.reduce((sum, job) => sum + costs.get(job)!.training + costs.get(job)!.sampling, 0);
    const minutes = jobs.reduce((sum, job) => sum + minutesOf(job), 0);
    say(
      `${label.padEnd(10)} ${String(jobs.length).padStart(4)} ${tflop.toFixed(1).padStart(7)} ${minutes.toFixed(0).padStart(9)}`,
    );
  }
}
