import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSettings } from '../../src/config/config';
import { startEngine } from '../../src/kernels/device';
import type { DeskNews, DeskReplies, DeskRequest, RankingLabel } from '../../src/worker/deskProtocol';
import { LabelDesk } from '../../src/worker/labelDesk';
import type { StatusReport, WorkerEvent } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { tinyOverrides } from '../support/tinyRun';

const settings: RunSettings = {
  version: 1,
  preset: 'nano',
  recipe: 'proven',
  overrides: { ...tinyOverrides, 'ppo.iterations': 2, 'rm.learningRate': 0.02 },
};

// Whole runs, which on a busy machine take far more than the usual limit.
vi.setConfig({ testTimeout: 120_000 });

let session: Session;
let events: WorkerEvent[];
let replies: { requestId: number; reply: DeskNews }[];
let desk: LabelDesk;
let before: number;

beforeEach(async () => {
  await startEngine('wasm');
  before = tf.memory().numTensors;
  events = [];
  replies = [];
  session = new Session(
    async (path) => new Uint8Array(readFileSync(`public/${path}`)),
    (event) => void events.push(event),
  );
  desk = new LabelDesk(
    (requestId, reply) => void replies.push({ requestId, reply }),
    async () => session,
  );
});

afterEach(async () => {
  await session.close();
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
});

let numbers = 0;
async function ask<R extends DeskRequest>(request: R): Promise<DeskReplies[R['kind']]> {
  const requestId = ++numbers;
  await desk.handle(requestId, request);
  const reply = replies.findLast((entry) => entry.requestId === requestId)!.reply;
  if (reply.kind !== request.kind) throw new Error(reply.kind === 'refused' ? reply.message : reply.kind);
  return reply.value as DeskReplies[R['kind']];
}

const status = (): StatusReport =>
  events.findLast((event): event is Extract<WorkerEvent, { type: 'status' }> => event.type === 'status')!.status;

async function until(state: StatusReport['state']): Promise<void> {
  await vi.waitFor(() => expect(status().state).toBe(state), { timeout: 110_000, interval: 5 });
}

async function trained(): Promise<void> {
  void session.handle({ type: 'start', plan: 'scratch', settings });
  await until('done');
}

const label = (prompt: string, change: Partial<RankingLabel> = {}): RankingLabel => ({
  prompt,
  answers: ['Jam.', 'The jam is sweet.', 'It is.'],
  ranks: [0, 1, 2],
  labeler: 'wren',
  ...change,
});
const labels = (count: number, change: Partial<RankingLabel> = {}) =>
  Array.from({ length: count }, (_, i) => label(`Name food number ${i}.`, change));

describe('what is kept', () => {
  it('comes back until it is removed, and says that it lasts only as long as the tab', async () => {
    const record = (id: string, madeAt: number) => ({ id, madeAt, label: label('Hi.'), repeatOf: null, drawnAs: 0 });
    await ask({ kind: 'putLabels', records: [record('b', 2), record('a', 1)] });
    const contents = await ask({ kind: 'open' });
    expect(contents.labels.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(contents.problem).toMatch(/storage: .*export before you close/);
    await ask({ kind: 'removeLabels', ids: ['a', 'missing'] });
    expect((await ask({ kind: 'open' })).labels.map(({ id }) => id)).toEqual(['b']);
  });

  it('is written to a file that reads back, good lines beside bad ones', async () => {
    const text = await ask({ kind: 'serialise', labels: labels(2) });
    const files = [{ name: 'a\u202E.jsonl', file: new Blob([text, '{"prompt": 7}\n']) }];
    const [file] = await ask({ kind: 'parse', files });
    expect(file.name).toBe('a⟨U+202E⟩.jsonl');
    expect(file.labels).toEqual(labels(2));
    expect(file.rejected.map(({ line }) => line)).toEqual([3]);
  });
});

describe('with a run', () => {
  it('is refused in words while there is none', async () => {
    await expect(ask({ kind: 'draw', answers: 4, pool: ['sft'], number: 0 })).rejects.toThrow(/no run yet/);
    await expect(
      ask({
        kind: 'train',
        contributions: { rankings: [], withSimulated: true, demonstrations: [], withExamples: true },
      }),
    ).rejects.toThrow(/no finished SFT policy/);
  });

  it('a held start loads and waits before the first step', async () => {
    void session.handle({ type: 'start', plan: 'scratch', settings, isHeld: true });
    await until('paused');
    expect(status().step).toBe(0);
    await expect(ask({ kind: 'draw', answers: 4, pool: ['sft'], number: 0 })).rejects.toThrow(/nobody can write/);
  });

  it('draws different answers by the writers asked for, the same ones for the same number', async () => {
    await trained();
    const wish = { kind: 'draw' as const, answers: 3, pool: ['sft' as const, 'base' as const], number: 5 };
    const item = await ask(wish);
    expect(new Set(item.answers.map(({ text }) => text)).size).toBe(3);
    expect(new Set(item.answers.map(({ source }) => source))).toEqual(new Set(['sft', 'base']));
    expect(await ask(wish)).toEqual(item);
    expect((await ask({ ...wish, number: 6 })).prompt).not.toBe(item.prompt);
    const colleagues = await ask({
      kind: 'colleagues',
      label: label(item.prompt, { answers: item.answers.map(({ text }) => text) }),
      count: 5,
    });
    expect(new Set(colleagues.map((colleague) => colleague.label.labeler)).size).toBe(5);
    for (const { label: theirs, counts } of colleagues) {
      expect(theirs.ranks).toHaveLength(3);
      expect(counts.same + counts.opposite + counts.tied).toBe(3);
    }
  });

  it("labels train the run's own reward model, and then PPO", async () => {
    await trained();
    expect(await ask({ kind: 'sources' })).toMatchObject({ people: { rankings: 0 }, simulated: { rankings: 8 } });
    const contributions = { rankings: labels(25), withSimulated: false, demonstrations: [], withExamples: true };
    events = [];
    await ask({ kind: 'train', contributions });
    await until('done');
    expect(events.flatMap((event) => (event.type === 'stageDone' ? [event.stage] : []))).toEqual(['rm', 'ppo']);
    expect(await ask({ kind: 'sources' })).toMatchObject({
      simulated: { rankings: 0 },
      people: { rankings: 20, heldOut: 5 },
    });
  });

  it('two groups with opposite tastes get two reward models that disagree', async () => {
    await trained();
    const held = tf.memory().numTensors;
    const report = await ask({
      kind: 'compare',
      groups: [
        { name: 'short', rankings: labels(20) },
        { name: 'long', rankings: labels(20, { ranks: [2, 0, 1] }) },
      ],
      updates: 1,
    });
    expect(report!.policies.map(({ group }) => group)).toEqual([null, 'short', 'long']);
    expect(report!.groups.map(({ sources }) => sources.people.rankings)).toEqual([16, 16]);
    const [sft] = report!.policies;
    expect(sft.scores).toHaveLength(2);
    expect(sft.scores[0]).not.toBeCloseTo(sft.scores[1], 3);
    expect(sft.answers).toHaveLength(report!.prompts.length);
    expect(tf.memory().numTensors, 'models of the groups').toBe(held);
  });

  it('a cancelled comparison leaves nothing behind', async () => {
    await trained();
    const held = tf.memory().numTensors;
    const groups = ['a', 'b'].map((name) => ({ name, rankings: labels(20) }));
    const result = ask({ kind: 'compare', groups, updates: 50 });
    await vi.waitFor(() => expect(replies.some(({ reply }) => reply.kind === 'compareProgress')).toBe(true), {
      timeout: 110_000,
    });
    await ask({ kind: 'cancelCompare' });
    expect(await result).toBeNull();
    expect(tf.memory().numTensors).toBe(held);
  });

  it('demonstrations are listed with what the rule finds wrong, and checked for length', async () => {
    await trained();
    const { rows, total } = await ask({ kind: 'demonstrations', offset: 2, count: 3 });
    expect(rows).toHaveLength(3);
    expect(total).toBe(24);
    const short = await ask({ kind: 'checkDemonstration', prompt: rows[0].prompt, completion: 'Yes.' });
    expect(short.completionTokens).toBeLessThanOrEqual(short.completionLimit);
    // The world knows this prompt, so its rule has an opinion.
    expect(short.flags).not.toBeNull();
    const long = await ask({ kind: 'checkDemonstration', prompt: 'Hi.', completion: 'fox '.repeat(100) });
    expect(long.completionTokens).toBeGreaterThan(long.completionLimit);
    expect(long.flags).toBeNull();
  });
});

describe('a pool of labels', () => {
  it('tells how far people agree, with each other and with themselves', async () => {
    const pool = [
      ...labels(3),
      ...labels(3, { labeler: 'moss' }),
      ...labels(2, { labeler: 'zed', ranks: [2, 1, 0] }),
      label('Name food number 0.', { ranks: [1, 0, 2] }),
    ];
    const report = await ask({ kind: 'agreement', labels: pool });
    const between = (a: string, b: string) =>
      report.pairs.find(({ people }) => people.includes(a) && people.includes(b))!.agreement;
    expect(between('moss', 'zed').rate).toBe(0);
    expect(between('wren', 'moss').rate).toBeGreaterThan(0.8);
    expect(report.byPerson.map(({ labeler }) => labeler)).toEqual(['wren', 'moss', 'zed']);
    expect(report.consistency.map(({ labeler, pairs }) => [labeler, pairs])).toEqual([['wren', 3]]);
    expect(report.disputed[0].labelers).toBe(3);
  });
});
