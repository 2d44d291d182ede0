import * as v from 'valibot';
import type { Form } from '../experiment/forms';
import { JOB_DEFINITIONS } from '../experiment/jobs';
import { makePlan, SWEEP_PRESET } from '../experiment/plan';
import { buildReport } from '../experiment/report/build';
import { collect } from '../experiment/report/collect';
import { renderMarkdown } from '../experiment/report/markdown';
import { drawFigure } from '../experiment/report/svgPlot';
import { inputsOf, type Outcome } from '../experiment/scheduler';
import { ExperimentSession } from '../experiment/session';
import { readJson, type ExperimentStore } from '../experiment/store';
import type { EngineInfo } from '../kernels/device';
import type { ExperimentArguments } from './experimentArguments';
import { FolderStore } from './folderStore';
import { readPublic } from './publicFiles';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** What the newest start of the command worked with; a report written later names it. */
interface Start {
  command: string;
  engine: string;
  world: string;
}

const START = 'start.json';
const START_FORM: Form<Start> = v.object({ command: v.string(), engine: v.string(), world: v.string() });

/** Notes what the command works with. */
export async function noteStart(args: ExperimentArguments, { engine, adapter }: EngineInfo): Promise<void> {
  const session = await ExperimentSession.start(new FolderStore(args.out), readPublic, () => undefined);
  const { curriculum } = session.runOf(makePlan(args.plan)[0]);
  const start: Start = {
    command: `npm run experiment -- ${process.argv.slice(2).join(' ')}`,
    engine: `${engine}, ${adapter}`,
    world: curriculum.fingerprint,
  };
  await new FolderStore(args.out).write(START, JSON.stringify(start, null, 2));
}

/**
 * Writes `report.json`, `report.md` and the figures from all jobs that are done.
 * @param outcome of the work just done; null takes every finished job of the plan, also while others still work
 */
export async function writeReport(args: ExperimentArguments, outcome: Outcome | null): Promise<void> {
  const plan = makePlan(args.plan);
  const store = new FolderStore(args.out);
  const { collected, seconds } = await collect(store, plan, outcome && (await currentInputs(store, plan)));
  const start = await readJson(store, START, START_FORM);
  const { core, tiers, sweepSeeds, sizes } = args.plan;
  const done = new Set(collected.jobs.map(({ id }) => id));
  const failed = outcome?.failed ?? [];
  const unknown = 'not noted';
  const report = buildReport(
    collected,
    core.map(({ preset }) => preset),
    {
      ...(start ?? { command: unknown, engine: unknown, world: unknown }),
      date: new Date().toISOString().slice(0, 10),
      asked: {
        'core tables': core.map(({ preset, seeds }) => `${preset} x ${seeds} seeds`).join(', '),
        tiers: tiers.join(', '),
        'other tiers': `${SWEEP_PRESET} x ${sweepSeeds} seeds`,
        'held-out prompts': `${sizes.prompts} for each policy and seed, ${sizes.sweepPrompts} in sweeps`,
      },
      jobs: {
        done: done.size,
        failed: failed.map(({ job, message }) => `${job.id} (${message})`),
        missing: plan.map(({ id }) => id).filter((id) => !done.has(id) && !failed.some(({ job }) => job.id === id)),
      },
      hours: seconds / 3600,
    },
  );
  const figurePath = (id: string) => `figures/${id}.svg`;
  for (const figure of report.figures) await store.write(figurePath(figure.id), drawFigure(figure));
  await store.write('report.json', JSON.stringify(report, null, 1));
  await store.write('report.md', renderMarkdown(report, figurePath));
  for (const { verdict, claim } of report.findings) say(`${verdict.padEnd(30)} ${claim}`);
  say(`report in ${args.out}: report.md, report.json, figures/`);
}

async function currentInputs(store: ExperimentStore, plan: ReturnType<typeof makePlan>) {
  const session = await ExperimentSession.start(store, readPublic, () => undefined);
  return inputsOf(plan, JOB_DEFINITIONS, await session.origin(plan));
}
