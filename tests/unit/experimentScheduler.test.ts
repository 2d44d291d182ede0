import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderStore } from '../../src/cli/folderStore';
import type { AnyJob } from '../../src/experiment/job';
import { JOB_DEFINITIONS } from '../../src/experiment/jobs';
import { FULL_SIZES, makePlan, QUICK_SIZES } from '../../src/experiment/plan';
import { inputsOf, runJobs, type Origin, type Scheduling } from '../../src/experiment/scheduler';
import { jobPaths, type ExperimentStore } from '../../src/experiment/store';
import { MapStore } from '../support/mapStore';

const origin: Origin = { world: 'w', base: { nano: 'b' }, settings: (job) => job.overrides };
const plan = makePlan({
  core: [{ preset: 'nano', seeds: 1 }],
  tiers: ['core'],
  sweepSeeds: 1,
  sizes: { ...QUICK_SIZES, policies: ['base', 'sft', 'ppo'] },
});
const inputs = inputsOf(plan, JOB_DEFINITIONS, origin);

function scheduling(store: ExperimentStore, order: string[], changes: Partial<Scheduling> = {}): Scheduling {
  return {
    ...{ plan, inputs, store, attempt: '1', limits: {} },
    execute: (job) => {
      order.push(job.id);
      return Promise.resolve({ seconds: 60, leakedTensors: 0 });
    },
    hooks: { started: () => undefined, finished: () => undefined, failed: () => undefined },
    pause: () => Promise.reject(new Error('nothing to wait for')),
    ...changes,
  };
}

test('every job comes after what it needs, and is done once', async () => {
  const order: string[] = [];
  const store = new MapStore();
  const outcome = await runJobs(scheduling(store, order));
  expect(order.toSorted()).toEqual(plan.map(({ id }) => id).toSorted());
  for (const job of plan)
    for (const need of Object.values(job.needs)) expect(order.indexOf(need)).toBeLessThan(order.indexOf(job.id));
  expect(outcome).toMatchObject({ failed: [], blocked: [], skipped: [] });
  expect(store.claims.size).toBe(0);
  const again: string[] = [];
  await runJobs(scheduling(store, again));
  expect(again).toEqual([]);
});

test('a process that dies in the middle loses the job it was at and no other', async () => {
  const store = new MapStore();
  const before: string[] = [];
  const dying = scheduling(store, before, {
    execute: (job) => {
      if (before.length === 3) throw new Error('killed');
      before.push(job.id);
      return Promise.resolve({ seconds: 1, leakedTensors: 0 });
    },
    hooks: {
      started: () => undefined,
      finished: () => undefined,
      failed: () => {
        throw new Error('the process ends here');
      },
    },
  });
  await expect(runJobs(dying)).rejects.toThrow('ends here');
  const after: string[] = [];
  await runJobs(scheduling(store, after, { attempt: '2' }));
  expect([...before, ...after].toSorted()).toEqual(plan.map(({ id }) => id).toSorted());
});

test('what needs a failed job is not started, the rest is; the next start tries again', async () => {
  const store = new MapStore();
  const order: string[] = [];
  const breaking = scheduling(store, order);
  const execute = (job: AnyJob) => (job.kind === 'ppo' ? Promise.reject(new Error('diverged')) : breaking.execute(job));
  const outcome = await runJobs({ ...breaking, execute });
  expect(outcome.failed).toEqual([{ job: plan.find(({ kind }) => kind === 'ppo'), message: 'diverged' }]);
  expect(outcome.blocked.map(({ id }) => id).toSorted()).toEqual(['nano-s1-judge', 'nano-s1-policy-ppo']);
  expect(order).toContain('nano-s1-policy-sft');
  const second: string[] = [];
  await runJobs(scheduling(store, second, { attempt: '2' }));
  expect(second.toSorted()).toEqual(['nano-s1-judge', 'nano-s1-policy-ppo', 'nano-s1-ppo']);
});

test('two processes share the jobs without doing one twice', async () => {
  const store = new MapStore();
  const order: string[] = [];
  const slow = scheduling(store, order, {
    execute: async (job) => {
      order.push(job.id);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return { seconds: 1, leakedTensors: 0 };
    },
    pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  await Promise.all([runJobs(slow), runJobs(slow)]);
  expect(order.toSorted()).toEqual(plan.map(({ id }) => id).toSorted());
});

test('a tier whose time is used up starts no more jobs', async () => {
  const order: string[] = [];
  const outcome = await runJobs(scheduling(new MapStore(), order, { limits: { core: 180 } }));
  expect(order).toHaveLength(3);
  expect(outcome.skipped.length + outcome.blocked.length).toBe(plan.length - 3);
});

test('a change of one job changes the inputs of exactly those that follow from it', () => {
  const changed = plan.map((job) =>
    job.kind === 'ppo' ? { ...job, overrides: { ...job.overrides, 'ppo.klCoef': 1 } } : job,
  );
  const other = inputsOf(changed, JOB_DEFINITIONS, origin);
  const different = plan.filter(({ id }) => inputs.get(id) !== other.get(id)).map(({ id }) => id);
  expect(different.toSorted()).toEqual(['nano-s1-judge', 'nano-s1-policy-ppo', 'nano-s1-ppo']);
  const elsewhere = inputsOf(plan, JOB_DEFINITIONS, { ...origin, world: 'another' });
  expect(plan.every(({ id }) => inputs.get(id) !== elsewhere.get(id))).toBe(true);
});

test('the whole plan names every need, shares what tiers have in common, and has no id twice', () => {
  const whole = makePlan({
    core: [
      { preset: 'nano', seeds: 3 },
      { preset: 'small', seeds: 1 },
    ],
    tiers: ['core', 'sweeps', 'crossval', 'iterate'],
    sweepSeeds: 2,
    sizes: FULL_SIZES,
  });
  const ids = whole.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(inputsOf(whole, JOB_DEFINITIONS, { ...origin, base: { nano: 'b', small: 's' } }).size).toBe(ids.length);
  expect(ids.filter((id) => id === 'nano-s1-reward')).toHaveLength(1);
  expect(whole.filter(({ kind }) => kind === 'round').map(({ id }) => id)).toEqual([
    'nano-s1-round-2',
    'nano-s1-round-3',
    'nano-s2-round-2',
    'nano-s2-round-3',
  ]);
  // Without its core tier a sweep brings along the steps it starts from.
  const sweep = makePlan({ core: [], tiers: ['sweeps'], sweepSeeds: 1, sizes: FULL_SIZES });
  expect(sweep.map(({ id }) => id).slice(0, 2)).toEqual(['nano-s1-sft', 'nano-s1-reward']);
});

test('a plan with a need that is not before it says so', () => {
  expect(() => inputsOf(plan.toReversed(), JOB_DEFINITIONS, origin)).toThrow(/needs .* not before it/);
});

test('a folder gives a job to one living process and takes over from a dead one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-'));
  const mine = new FolderStore(folder);
  expect(await mine.read('jobs/a/result.json')).toBeNull();
  await mine.write('jobs/a/result.json', '1');
  expect(new TextDecoder().decode((await mine.read('jobs/a/result.json'))!)).toBe('1');
  expect(await mine.claim('a')).toBe(true);
  expect(await mine.claim('a')).toBe(false);
  await mine.release('a');
  // No process has this number: the largest one that Linux gives is 2 ** 22.
  writeFileSync(join(folder, 'jobs', 'a', 'lock'), String(2 ** 22 + 7));
  expect(await mine.claim('a')).toBe(true);
  writeFileSync(join(folder, 'jobs', 'a', 'lock'), String(process.ppid));
  expect(await mine.claim('a')).toBe(false);
  expect(jobPaths.result('a')).toBe('jobs/a/result.json');
});
