import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSettings } from '../../src/config/config';
import { StorageError } from '../../src/config/errors';
import { startEngine } from '../../src/kernels/device';
import type { RunState, StatusReport, WorkerEvent } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { tinyOverrides } from '../support/tinyRun';

const settings: RunSettings = {
  version: 1,
  preset: 'nano',
  recipe: 'proven',
  overrides: tinyOverrides,
};

/** Ships the tokenizer alone. */
async function read(path: string): Promise<Uint8Array> {
  if (path !== 'tokenizer.json') throw new StorageError(`${path}: not there; expected in this test.`);
  return new Uint8Array(readFileSync(`public/${path}`));
}

type Of<T extends WorkerEvent['type']> = Extract<WorkerEvent, { type: T }>;

class Page {
  events: WorkerEvent[] = [];
  session = new Session(read, (event) => void this.events.push(event));

  of<T extends WorkerEvent['type']>(type: T): Of<T>[] {
    return this.events.filter((event): event is Of<T> => event.type === type);
  }

  get status(): StatusReport {
    return this.of('status').at(-1)!.status;
  }

  send(command: Parameters<Session['handle']>[0]): void {
    void this.session.handle(command);
  }

  async until(state: RunState): Promise<void> {
    await vi.waitFor(() => expect(this.status.state).toBe(state), {
      timeout: 300_000,
      interval: 1,
    });
  }

  async afterStep(step: number): Promise<void> {
    await vi.waitFor(() => expect(this.status.step).toBeGreaterThanOrEqual(step), { timeout: 300_000, interval: 1 });
  }
}

let page: Page;
let before: number;
/** What the page does while the device is being read. */
let duringRead: () => void;

beforeEach(async () => {
  await startEngine('wasm');
  // On a GPU a read gives way to messages; on wasm it would not.
  duringRead = () => {};
  const original = tf.backend().read.bind(tf.backend());
  vi.spyOn(tf.backend(), 'read').mockImplementation(async (id) => {
    await new Promise((resume) => setTimeout(resume, 2));
    duringRead();
    return original(id);
  });
  before = tf.memory().numTensors;
  page = new Page();
});

afterEach(async () => {
  await page.session.close();
  vi.restoreAllMocks();
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
});

const start = () => page.send({ type: 'start', plan: 'scratch', settings });

describe('a session', { timeout: 600_000 }, () => {
  it('pauses wherever the command meets it, steps once, and resumes', async () => {
    start();
    await page.afterStep(1);
    for (let i = 0; i < 3; i++) {
      page.send({ type: 'pause' });
      await page.until('paused');
      const { step } = page.status;
      page.send({ type: 'step' });
      await page.afterStep(step + 1);
      await page.until('paused');
      expect(page.status.step).toBe(step + 1);
      page.send({ type: 'resume' });
      await page.until('running');
    }
  });

  it('pauses while a step waits for the device', async () => {
    // Numbers are read after steps 1 and 6, before the page hears of it; no answers are asked for after the fifth.
    const overrides = { ...tinyOverrides, 'run.sampleEvery': 50 };
    duringRead = () => {
      if (page.status.step !== 5) return;
      page.send({ type: 'pause' });
      duringRead = () => {};
    };
    page.send({ type: 'start', plan: 'scratch', settings: { ...settings, overrides } });
    await page.until('paused');
    expect(page.status.step).toBe(6);
  });

  it('can be paused before the first step', async () => {
    start();
    page.send({ type: 'pause' });
    await page.until('paused');
    expect(page.status.step).toBe(0);
  });

  it('refuses a change that needs a restart and trains on', async () => {
    start();
    await page.afterStep(1);
    page.send({ type: 'set', key: 'model.layers', value: 3 });
    page.send({ type: 'set', key: 'pretrain.learningRate', value: -1 });
    const { step } = page.status;
    await page.afterStep(step + 2);
    expect(page.of('failed').map((event) => event.kind)).toEqual(['config', 'config']);
    expect(page.status.state).toBe('running');
  });

  it('refuses settings that cannot be and keeps the run', async () => {
    start();
    await page.afterStep(1);
    page.send({
      type: 'start',
      plan: 'scratch',
      settings: { ...settings, overrides: { 'model.layers': -1 } },
    });
    await vi.waitFor(() => expect(page.of('failed')).toHaveLength(1), {
      timeout: 300_000,
    });
    const { step } = page.status;
    await page.afterStep(step + 1);
    expect(page.status.state).toBe('running');
  });

  it('says that a file is missing and frees what it had loaded', async () => {
    page.send({ type: 'start', plan: 'ppo', settings });
    await page.until('failed');
    await vi.waitFor(() => expect(page.of('failed')[0]).toMatchObject({ kind: 'storage' }));
  });

  it('stops at every phase when asked, and runs on as before', async () => {
    start();
    await vi.waitFor(() => expect(page.status.stage).toBe('ppo'), { timeout: 300_000, interval: 1 });
    page.send({ type: 'pause' });
    await page.until('paused');
    const { step } = page.status;
    for (const phase of ['sample', 'score', 'readings', 'rewards'] as const) {
      page.send({ type: 'phase' });
      await vi.waitFor(() => expect(page.of('phase').at(-1)?.report.phase).toBe(phase), { timeout: 300_000 });
      await page.until('paused');
    }
    expect(page.status.step, 'an iteration that has not ended').toBe(step);
    const [first, ...later] = page.of('phase').map(({ report }) => report);
    expect(first.answers.map(({ tokens }) => tokens.length > 0)).toEqual([true, true, true, true]);
    expect(later.every(({ answers }) => answers.length === 0)).toBe(true);
    page.send({ type: 'set', key: 'ppo.klCoef', value: 0.7 });
    await vi.waitFor(() => expect(page.of('phase').at(-1)?.report.settings.klCoef).toBe(0.7), { timeout: 300_000 });
    await page.until('paused');
    expect(page.of('phase').at(-1)?.report.phase, 'it stays where it was').toBe('rewards');
    page.send({ type: 'step' });
    await page.afterStep(step + 1);
    const stops = page.of('phase').length;
    page.send({ type: 'resume' });
    await page.until('done');
    expect(page.of('phase'), 'no stop while it runs').toHaveLength(stops);
  });

  it('sends the numbers behind every answer, as they were at its moment', async () => {
    start();
    await page.until('done');
    const answers = page.of('completions').filter(({ policy, step }) => policy === 'ppo' && step > 0);
    for (const { items } of answers)
      for (const { tokens, score, kl, numbers } of items) {
        expect(numbers?.logprobs).toHaveLength(tokens.length);
        expect(numbers?.alternatives[0].policy).toHaveLength(8);
        expect(numbers?.credit?.score).toBeCloseTo(score!, 4);
        const shares = numbers!.logprobs.map((logprob, i) => logprob - numbers!.reference!.logprobs[i]);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(kl!, 4);
        const { advantages, values, returns } = numbers!.credit!;
        advantages.forEach((advantage, i) => expect(advantage + values[i]).toBeCloseTo(returns[i], 4));
      }
    // The policy that answered is the one after the update; before it, it was another.
    const { after, before } = answers[0].items[0].numbers!.update!;
    expect(after).toEqual(answers[0].items[0].numbers!.logprobs);
    expect(after).not.toEqual(before);
    const early = page.of('completions').find(({ policy }) => policy === 'base')!;
    expect(early.items[0].numbers).toMatchObject({ reference: null, credit: null, update: null });
  });

  it('stops, and starts again from the beginning', async () => {
    start();
    await page.afterStep(2);
    page.send({ type: 'stop' });
    await page.until('stopped');
    start();
    const loads = () => page.of('status').filter(({ status }) => status.state === 'loading').length;
    await vi.waitFor(() => expect(loads()).toBe(2), { timeout: 300_000, interval: 1 });
    await page.afterStep(1);
    expect(page.status).toMatchObject({ state: 'running', stage: 'pretrain' });
  });

  it('runs every stage of its plan to the end', async () => {
    start();
    await page.until('done');
    expect(page.of('stageDone').map((event) => event.stage)).toEqual(['pretrain', 'sft', 'rm', 'ppo']);
    expect(new Set(page.of('completions').map((event) => event.policy))).toEqual(new Set(['base', 'sft', 'ppo']));
  });
});
