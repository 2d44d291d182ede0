/** The experiment in the smallest size that shows anything: the shipped nano base, one seed, three policies. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { JOB_DEFINITIONS } from '../../src/experiment/jobs';
import { makePlan, QUICK_SIZES } from '../../src/experiment/plan';
import { buildReport } from '../../src/experiment/report/build';
import { collect } from '../../src/experiment/report/collect';
import { inputsOf, runJobs } from '../../src/experiment/scheduler';
import { ExperimentSession } from '../../src/experiment/session';
import { jobPaths } from '../../src/experiment/store';
import { startEngine } from '../../src/kernels/device';
import { MapStore } from '../support/mapStore';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const plan = makePlan({
  core: [{ preset: 'nano', seeds: 1 }],
  tiers: ['core'],
  sweepSeeds: 1,
  sizes: {
    ...QUICK_SIZES,
    ...{ policies: ['base', 'sft', 'ppo'], prompts: 60, completionPrompts: 20, sweepPrompts: 20, bestOfSamples: 2 },
    overrides: { ...QUICK_SIZES.overrides, 'data.rankings': 80, 'data.validationPrompts': 24, 'ppo.iterations': 4 },
  },
});

const readPublic = (path: string) => Promise.resolve(new Uint8Array(readFileSync(join('public', path))));

/** Starts anew, as another process would, and goes on until nothing is left. */
async function run(store: MapStore) {
  const session = await ExperimentSession.start(store, readPublic, () => undefined);
  const inputs = inputsOf(plan, JOB_DEFINITIONS, await session.origin(plan));
  const begun: string[] = [];
  const leaks: number[] = [];
  const outcome = await runJobs({
    ...{ plan, inputs, store, attempt: String(store.files.size), limits: {} },
    execute: (job) => session.execute(job),
    hooks: {
      started: ({ id }) => begun.push(id),
      finished: (_job, _seconds, leaked) => leaks.push(leaked),
      failed: (_job, error) => {
        throw error;
      },
    },
    pause: () => Promise.reject(new Error('nothing to wait for')),
  });
  const { collected } = await collect(store, plan, inputs);
  const about = { command: '', engine: '', world: '', date: '', asked: {}, hours: 0 };
  const jobs = { done: outcome.done.length, failed: [], missing: [] };
  return { begun, leaks, report: buildReport(collected, ['nano'], { ...about, jobs }) };
}

const store = new MapStore();
let first: Awaited<ReturnType<typeof run>>;

beforeAll(async () => {
  await startEngine('wasm');
  first = await run(store);
});

test('every job is done once and leaves no tensor behind', () => {
  expect(first.begun.toSorted()).toEqual(plan.map(({ id }) => id).toSorted());
  expect(first.leaks).toEqual(plan.map(() => 0));
});

test('SFT is preferred to the base model beyond noise, by both groups of labelers', () => {
  for (const group of ['training labelers', 'held-out labelers']) {
    const table = first.report.tables.find(({ id }) => id === 'nano-win-rate')!;
    const base = table.rows.find(([name]) => String(name).startsWith('base'))!;
    expect(base[table.columns.indexOf(group)], group).toMatchObject({ n: 60 });
    expect((base[table.columns.indexOf(group)] as { high: number }).high, group).toBeLessThan(0.4);
  }
  const { parts } = first.report.findings.find(({ id }) => id === 'nano-truth')!;
  expect(parts.find(({ what }) => what === 'SFT − base, truthful')).toMatchObject({ verdict: 'reproduced' });
});

test('SFT pays a tax in page loss beyond noise', () => {
  const { parts } = first.report.findings.find(({ id }) => id === 'nano-tax')!;
  expect(parts.find(({ what }) => what === 'page loss: PPO − base')).toMatchObject({ verdict: 'reproduced' });
});

test('killed in the middle and started again, it does what is left and writes the same report', async () => {
  const killed = new MapStore(store.files);
  const lost = ['nano-s1-policy-sft', 'nano-s1-judge', 'nano-s1-reward-study'];
  for (const id of lost) killed.files.delete(jobPaths.stamp(id));
  // Half a result of the job it was at, and its claim, which a folder takes over from a dead process.
  killed.files.set(jobPaths.result('nano-s1-policy-sft'), '{"half":');
  const second = await run(killed);
  expect(second.begun.toSorted()).toEqual(lost.toSorted());
  expect(second.report).toEqual(first.report);
});
