/** `npm run experiment`: the paper's experiment on the mini-world, as jobs in a folder, and the report of what is done. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../config/errors';
import { JOB_DEFINITIONS } from '../experiment/jobs';
import { makePlan } from '../experiment/plan';
import { inputsOf, runJobs, type Outcome, type SchedulerHooks } from '../experiment/scheduler';
import { ExperimentSession } from '../experiment/session';
import { EXPERIMENT_USAGE, parseExperimentArguments, type ExperimentArguments } from './experimentArguments';
import { printBudget } from './experimentBudget';
import { noteStart, writeReport } from './experimentReport';
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

async function main(args: ExperimentArguments): Promise<number> {
  if (args.isReport) {
    await writeReport(args, null);
    return 0;
  }
  const engine = await startNodeEngine(args.engine);
  if (args.attempt !== null) {
    const [attempt, worker] = args.attempt.split('/');
    await work(args, attempt, `${worker}: `);
    return 0;
  }
  say(`engine ${engine.engine} on ${engine.adapter} (${engine.reason})`);
  await printBudget(args);
  if (args.isDry) return 0;
  await noteStart(args, engine);
  const attempt = String(Date.now());
  if (args.workers > 1) await delegate(args, attempt);
  // With helpers this finds everything done and returns at once.
  const outcome = await work(args, attempt, '');
  for (const { job, message } of outcome.failed) say(`failed: ${job.id}: ${message}`);
  if (outcome.blocked.length > 0) say(`not started: ${outcome.blocked.map(({ id }) => id).join(', ')}`);
  if (outcome.skipped.length > 0) say(`left out for time: ${outcome.skipped.map(({ id }) => id).join(', ')}`);
  await writeReport(args, outcome);
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
