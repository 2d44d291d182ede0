/** `npm run experiment`: the paper's experiment on the mini-world, as jobs in a folder, and the report of what is done. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from '../config/config';
import { ConfigError } from '../config/errors';
import { costOf, minutesFor, probe, type Cost, type Speed } from '../experiment/budget';
import { TIERS, type AnyJob, type JobStamp } from '../experiment/job';
import { JOB_DEFINITIONS } from '../experiment/jobs';
import { makePlan, SWEEP_PRESET } from '../experiment/plan';
import { buildReport } from '../experiment/report/build';
import { collect } from '../experiment/report/collect';
import { renderMarkdown } from '../experiment/report/markdown';
import { drawFigure } from '../experiment/report/svgPlot';
import { inputsOf, runJobs, type Outcome, type SchedulerHooks } from '../experiment/scheduler';
import { ExperimentSession, settingsOf } from '../experiment/session';
import { jobPaths, readJson } from '../experiment/store';
import type { EngineInfo } from '../kernels/device';
import { EXPERIMENT_USAGE, parseExperimentArguments, type ExperimentArguments } from './experimentArguments';
import { FolderStore } from './folderStore';
import { startNodeEngine } from './nodeGpu';
import { readPublic } from './publicFiles';

const say = (text: string) => process.stdout.write(`${text}\n`);
const PAUSE_MS = 1000;
/** A line now and then about the job at work. */
const PROGRESS_MS = 20_000;

/** Prints where a job stands, but not too often. */
function progressPrinter(name: string): { progress(text: string): void; begin(id: string): void } {
  let current = '';
  let printed = 0;
  return {
    begin: (id) => {
      current = id;
      printed = Date.now();
    },
    progress: (text) => {
      if (Date.now() - printed < PROGRESS_MS) return;
      printed = Date.now();
      say(`${name}    ${current}: ${text}`);
    },
  };
}

function printingHooks(name: string, begin: (id: string) => void): SchedulerHooks {
  return {
    started: (job, done, total) => {
      begin(job.id);
      say(`${name}[${done}/${total}] ${job.id} begins`);
    },
    finished: (job, seconds, leaked) => {
      const leak = leaked === 0 ? '' : `, ${leaked} tensors were not freed`;
      say(`${name}        ${job.id} done in ${seconds.toFixed(0)} s${leak}`);
    },
    failed: (job, error) => say(`${name}        ${job.id} FAILED: ${error.message}`),
  };
}

/** Works on the jobs of the plan until none is left. */
async function work(args: ExperimentArguments, attempt: string, name: string): Promise<Outcome> {
  const plan = makePlan(args.plan);
  const store = new FolderStore(args.out);
  const { progress, begin } = progressPrinter(name);
  const session = await ExperimentSession.start(store, readPublic, progress);
  const inputs = inputsOf(plan, JOB_DEFINITIONS, await session.origin(plan));
  return runJobs({
    ...{ plan, inputs, store, attempt, limits: args.limits },
    execute: (job) => session.execute(job),
    hooks: printingHooks(name, begin),
    pause: () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS)),
  });
}

/** Prints what is to be done and what it costs on this machine. */
async function printBudget(args: ExperimentArguments): Promise<void> {
  const plan = makePlan(args.plan);
  const store = new FolderStore(args.out);
  const session = await ExperimentSession.start(store, readPublic, () => undefined);
  const inputs = inputsOf(plan, JOB_DEFINITIONS, await session.origin(plan));
  const speeds = new Map<string, Speed>();
  for (const job of plan) if (!speeds.has(job.preset)) speeds.set(job.preset, await probe(job));
  const open: AnyJob[] = [];
  for (const job of plan) {
    const stamp = await readJson<JobStamp>(store, jobPaths.stamp(job.id));
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
  if (args.workers > 1) say(`with ${args.workers} processes at best a ${args.workers}th of the time`);

  function printLine(label: string, jobs: readonly AnyJob[]): void {
    if (jobs.length === 0) return;
    const tflop = jobs.reduce((sum, job) => sum + costs.get(job)!.training + costs.get(job)!.sampling, 0);
    const minutes = jobs.reduce((sum, job) => sum + minutesOf(job), 0);
    say(
      `${label.padEnd(10)} ${String(jobs.length).padStart(4)} ${tflop.toFixed(1).padStart(7)} ${minutes.toFixed(0).padStart(9)}`,
    );
  }
}

/** Starts processes that share the work and waits for them. @throws when one of them broke */
async function delegate(args: ExperimentArguments, attempt: string): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const ends = Array.from({ length: args.workers }, (_, i) => {
    const own = ['--attempt', `${attempt}/${i + 1}`];
    const child = spawn(process.execPath, [...process.execArgv, script, ...process.argv.slice(2), ...own], {
      stdio: 'inherit',
    });
    const stop = () => child.kill();
    process.on('exit', stop);
    return new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  });
  const codes = await Promise.all(ends);
  const broken = codes.filter((code) => code !== 0).length;
  if (broken > 0) throw new Error(`experiment: ${broken} of ${codes.length} processes broke; start the command again.`);
}

/** Writes `report.json`, `report.md` and the figures from all jobs that are done. */
async function writeReport(args: ExperimentArguments, outcome: Outcome, engine: EngineInfo): Promise<void> {
  const plan = makePlan(args.plan);
  const store = new FolderStore(args.out);
  const session = await ExperimentSession.start(store, readPublic, () => undefined);
  const origin = await session.origin(plan);
  const { collected, seconds } = await collect(store, plan, inputsOf(plan, JOB_DEFINITIONS, origin));
  const { core, tiers, sweepSeeds, sizes } = args.plan;
  const presets = core.map(({ preset }) => preset);
  const report = buildReport(collected, presets, {
    command: `npm run experiment -- ${process.argv.slice(2).join(' ')}`,
    engine: `${engine.engine}, ${engine.adapter}`,
    world: session.runOf(plan[0]).curriculum.fingerprint,
    date: new Date().toISOString().slice(0, 10),
    asked: {
      'core tables': core.map(({ preset, seeds }) => `${preset} x ${seeds} seeds`).join(', '),
      tiers: tiers.join(', '),
      'other tiers': `${SWEEP_PRESET} x ${sweepSeeds} seeds`,
      'held-out prompts': `${sizes.prompts} for each policy and seed, ${sizes.sweepPrompts} in sweeps`,
    },
    jobs: {
      done: collected.jobs.length,
      failed: outcome.failed.map(({ job, message }) => `${job.id} (${message})`),
      missing: [...outcome.blocked, ...outcome.skipped].map(({ id }) => id),
    },
    hours: seconds / 3600,
  });
  const figurePath = (id: string) => `figures/${id}.svg`;
  for (const figure of report.figures) await store.write(figurePath(figure.id), drawFigure(figure));
  await store.write('report.json', JSON.stringify(report, null, 1));
  await store.write('report.md', renderMarkdown(report, figurePath));
  for (const { verdict, claim } of report.findings) say(`${verdict.padEnd(30)} ${claim}`);
  say(`report in ${args.out}: report.md, report.json, figures/`);
}

async function main(args: ExperimentArguments): Promise<number> {
  const engine = await startNodeEngine(args.engine);
  if (args.attempt !== null) {
    const [attempt, worker] = args.attempt.split('/');
    await work(args, attempt, `${worker}: `);
    return 0;
  }
  say(`engine ${engine.engine} on ${engine.adapter} (${engine.reason})`);
  await printBudget(args);
  if (args.isDry) return 0;
  const attempt = String(Date.now());
  if (args.workers > 1) await delegate(args, attempt);
  // With helpers this finds everything done and returns at once.
  const outcome = await work(args, attempt, '');
  for (const { job, message } of outcome.failed) say(`failed: ${job.id}: ${message}`);
  if (outcome.blocked.length > 0) say(`not started: ${outcome.blocked.map(({ id }) => id).join(', ')}`);
  if (outcome.skipped.length > 0) say(`left out for time: ${outcome.skipped.map(({ id }) => id).join(', ')}`);
  await writeReport(args, outcome, engine);
  return outcome.failed.length > 0 ? 1 : 0;
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${EXPERIMENT_USAGE}\n`);
} else {
  main(parseOrEnd()).then(
    (code) => process.exit(code),
    (error: Error) => {
      const isArgument = error instanceof ConfigError;
      process.stderr.write(`${isArgument ? error.message : (error.stack ?? error.message)}\n`);
      process.exit(isArgument ? 2 : 1);
    },
  );
}

function parseOrEnd(): ExperimentArguments {
  try {
    return parseExperimentArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}
