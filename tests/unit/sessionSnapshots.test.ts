/** What a session keeps of a run, and how it goes on from there: resumed, forked, tried again. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../../src/config/errors';
import { startEngine } from '../../src/kernels/device';
import type { SnapshotReason } from '../../src/worker/keeper';
import type { RunSnapshot, RunState, StatusReport, WorkerEvent } from '../../src/worker/protocol';
import { Session, type SessionHooks } from '../../src/worker/session';
import { tinySettings } from '../support/tinyRun';

async function read(path: string): Promise<Uint8Array> {
  if (path !== 'tokenizer.json') throw new StorageError(`${path}: not there; expected in this test.`);
  return new Uint8Array(readFileSync(`public/${path}`));
}

type Of<T extends WorkerEvent['type']> = Extract<WorkerEvent, { type: T }>;

class Page {
  events: WorkerEvent[] = [];
  taken: { snapshot: RunSnapshot; reason: SnapshotReason; eventsBefore: number }[] = [];
  session: Session;

  constructor(hooks: SessionHooks = {}) {
    this.session = new Session(read, (event) => void this.events.push(event), {
      onSnapshot: (snapshot, reason) => void this.taken.push({ snapshot, reason, eventsBefore: this.events.length }),
      ...hooks,
    });
  }

  of<T extends WorkerEvent['type']>(type: T): Of<T>[] {
    return this.events.filter((event): event is Of<T> => event.type === type);
  }

  get status(): StatusReport {
    return this.of('status').at(-1)!.status;
  }

  send(command: Parameters<Session['handle']>[0]): void {
    void this.session.handle(command);
  }

  start(overrides = {}): void {
    const settings = { ...tinySettings, overrides: { ...tinySettings.overrides, ...overrides } };
    this.send({ type: 'start', plan: 'scratch', settings, runId: 'one' });
  }

  async until(state: RunState): Promise<void> {
    await vi.waitFor(() => expect(this.status.state).toBe(state), { timeout: 300_000, interval: 1 });
  }

  async reaches(stage: StatusReport['stage'], step: number): Promise<void> {
    const isThere = () => this.status.stage === stage && this.status.step >= step;
    await vi.waitFor(() => expect(isThere()).toBe(true), { timeout: 300_000, interval: 1 });
  }

  /** Metrics by stage, step and name, without those that time decides. */
  metrics(until = this.events.length): Record<string, number> {
    const found: Record<string, number> = {};
    for (const event of this.events.slice(0, until)) {
      if (event.type !== 'metrics') continue;
      event.steps.forEach((step, s) =>
        event.keys.forEach((key, k) => {
          const value = event.values[s * event.keys.length + k];
          if (!key.startsWith('perf/') && !Number.isNaN(value)) found[`${event.stage} ${step} ${key}`] = value;
        }),
      );
    }
    return found;
  }
}

let pages: Page[];
let before: number;
const open = (hooks?: SessionHooks) => {
  const page = new Page(hooks);
  pages.push(page);
  return page;
};

beforeEach(async () => {
  await startEngine('wasm');
  before = tf.memory().numTensors;
  pages = [];
});

afterEach(async () => {
  for (const page of pages) await page.session.close();
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
});

describe('a session', { timeout: 600_000 }, () => {
  it('takes a run down at its first step, at stage ends and at a pause, with all metrics up to there sent', async () => {
    const page = open();
    page.start();
    await page.reaches('sft', 2);
    page.send({ type: 'pause' });
    await page.until('paused');
    await vi.waitFor(() => expect(page.taken.at(-1)!.reason).toBe('pause'), { timeout: 120_000 });
    expect(page.taken.map(({ reason }) => reason)).toEqual(['begin', 'stageEnd', 'pause']);
    const { snapshot, eventsBefore } = page.taken[2];
    const { at, stages, position } = snapshot.manifest;
    expect(at).toMatchObject({ stage: 'sft', step: page.status.step, totalSteps: 6 });
    expect(stages).toEqual(['sft', 'rm', 'ppo']);
    expect(position).toMatchObject({ stage: 'sft', course: { step: at.step } });
    for (let step = 1; step <= at.step; step++)
      expect(page.metrics(eventsBefore)).toHaveProperty(`sft ${step} sft/loss`);
  });

  it('takes it down as often as asked to, never while the one before is being stored', async () => {
    let storing = 0;
    let most = 0;
    const page = open({
      snapshotEveryMs: 0,
      onSnapshot: async () => {
        most = Math.max(most, ++storing);
        await new Promise((resume) => setTimeout(resume, 20));
        storing--;
      },
    });
    page.start();
    await page.reaches('sft', 3);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('says that a snapshot could not be stored and trains on', async () => {
    const page = open({
      onSnapshot: () => Promise.reject(new StorageError('disk: full; expected room; delete a run.')),
    });
    page.start();
    await vi.waitFor(() => expect(page.of('failed')[0]).toMatchObject({ kind: 'storage' }), { timeout: 120_000 });
    await page.reaches('sft', 1);
  });

  it('goes on elsewhere, from any stage, with the numbers of a run never stopped', async () => {
    const whole = open({ snapshotEveryMs: 0 });
    whole.start({ 'ppo.emaDecay': 0.9 });
    await whole.until('done');
    const weights = (page: Page) =>
      page.taken.at(-1)!.snapshot.tensors.filter(({ name }) => name.startsWith('models/policy/'));
    for (const stage of ['sft', 'rm', 'ppo']) {
      const isThere = ({ stage: at, step }: RunSnapshot['manifest']['at']) => at === stage && step === 2;
      const { snapshot, eventsBefore } = whole.taken.find(({ snapshot }) => isThere(snapshot.manifest.at))!;
      const second = open();
      second.send({ type: 'restore', snapshot });
      await second.until('done');
      expect(second.of('runBegun')[0]).toMatchObject({ runId: 'one', parent: null, restoredAt: snapshot.manifest.at });
      expect({ ...whole.metrics(eventsBefore), ...second.metrics() }).toEqual(whole.metrics());
      expect(weights(second)).toEqual(weights(whole));
    }
  });

  it('brings a finished run back with its models', async () => {
    const first = open();
    first.start();
    await first.until('done');
    const { snapshot } = first.taken.at(-1)!;
    expect(snapshot.manifest).toMatchObject({ stages: [], position: null, at: { stage: 'ppo', step: 4 } });
    const second = open();
    second.send({ type: 'restore', snapshot });
    await second.until('done');
    expect(second.status).toMatchObject({ stage: 'ppo', step: 4, stages: { sft: 'done', ppo: 'done' } });
    expect(new Set(second.of('completions').map(({ policy }) => policy))).toEqual(new Set(['base', 'sft', 'ppo']));
  });

  it('waits where it was told to, and is the same again when it is taken down there', async () => {
    const first = open({ snapshotEveryMs: 0 });
    first.start({ 'ppo.emaDecay': 0.9 });
    await first.reaches('ppo', 2);
    first.send({ type: 'stop' });
    await first.until('stopped');
    const { snapshot } = first.taken.at(-1)!;
    const second = open();
    second.send({ type: 'restore', snapshot, isHeld: true });
    await second.until('paused');
    expect(second.status).toMatchObject({ stage: 'ppo', step: snapshot.manifest.at.step });
    const again = (await second.session.save())!;
    const byName = ({ name: a }: { name: string }, { name: b }: { name: string }) => (a < b ? -1 : 1);
    expect(again.tensors.sort(byName)).toEqual([...snapshot.tensors].sort(byName));
    expect(again.manifest.position).toEqual(snapshot.manifest.position);
  });

  it('forks with settings that may still change, and refuses others by name', async () => {
    const first = open();
    first.start();
    await first.reaches('sft', 2);
    first.send({ type: 'stop' });
    await first.until('stopped');
    const { snapshot } = first.taken.at(-1)!;
    const second = open();
    second.send({ type: 'fork', snapshot, changes: { 'model.width': 16 } });
    await vi.waitFor(() => expect(second.of('failed')).toHaveLength(1), { timeout: 120_000 });
    expect(second.of('failed')[0].message).toMatch(/^model\.width: cannot change/);
    expect(second.of('runBegun')).toHaveLength(0);
    const changes = { 'sft.learningRate': 0.002, 'ppo.iterations': 2, 'ppo.emaDecay': 0.5 } as const;
    second.send({ type: 'fork', snapshot, changes, runId: 'two' });
    await second.until('done');
    const { step } = snapshot.manifest.at;
    expect(second.of('runBegun')[0]).toMatchObject({ runId: 'two', parent: { runId: 'one', stage: 'sft', step } });
    expect(second.status.step).toBe(2);
    expect(second.taken.at(-1)!.snapshot.manifest.config).toMatchObject(changes);
  });

  it('offers the last good state after a stage diverged, and goes on there more slowly', async () => {
    const page = open({ snapshotEveryMs: 0 });
    page.start();
    await page.reaches('sft', 2);
    page.send({ type: 'pause' });
    await page.until('paused');
    const { step } = page.status;
    // Past the limits of the form, as nothing within them overflows so soon.
    await page.session.between(async (run) => void (run!.config['sft.learningRate'] = 1e30));
    page.send({ type: 'resume' });
    await page.until('failed');
    const failure = page.of('failed').at(-1)!;
    expect(failure).toMatchObject({ kind: 'diverged', stage: 'sft', tensor: expect.any(String) });
    expect(failure.recoversAt!.step).toBeGreaterThanOrEqual(step);
    expect(failure.recoversAt!.step).toBeLessThan(failure.step);
    page.send({ type: 'recover', rateFactor: 0 });
    await vi.waitFor(() => expect(page.of('settingChanged')).toHaveLength(1), { timeout: 120_000 });
    expect(page.of('settingChanged')[0]).toMatchObject({ stage: 'sft', key: 'sft.learningRate' });
    expect(page.of('settingChanged')[0].value).toBeLessThan(1e-3);
  });

  it('refuses a snapshot of another world and keeps the run it has', async () => {
    const page = open();
    page.start();
    await page.reaches('pretrain', 2);
    const snapshot = (await page.session.save())!;
    const other = { ...snapshot, manifest: { ...snapshot.manifest, world: '0123456789abcdef' } };
    page.send({ type: 'restore', snapshot: other });
    await vi.waitFor(() => expect(page.of('failed')).toHaveLength(1), { timeout: 120_000 });
    expect(page.of('failed')[0]).toMatchObject({
      kind: 'storage',
      message: expect.stringContaining('0123456789abcdef'),
    });
    const { step } = page.status;
    await page.reaches('sft', 0);
    expect(step).toBeGreaterThan(0);
  });
});
