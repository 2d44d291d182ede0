import { beforeEach, describe, expect, test } from 'vitest';
import type { RunManifest, RunSnapshot } from '../../src/pipeline/snapshot';
import { NoDatabaseError, QuotaError, ReplacedError } from '../../src/storage/failures';
import type { RunRecord } from '../../src/storage/records';
import type { RunStore } from '../../src/storage/runStore';
import { Autosave, freeName } from '../../src/worker/autosave';
import type { SavingReport, WorkerEvent } from '../../src/worker/protocol';

const begun = (runId: string): WorkerEvent => ({
  type: 'runBegun',
  runId,
  parent: null,
  plan: 'ppo',
  settings: { version: 1, preset: 'nano', recipe: 'proven', overrides: {} },
  changes: [],
  restoredAt: null,
});
const said = (step: number): WorkerEvent => ({ type: 'completions', policy: 'ppo', step, items: [] });
const snapshotAt = (step: number, runId = 'a'): RunSnapshot => ({
  manifest: {
    runId,
    plan: 'ppo',
    settings: { version: 1, preset: 'nano', recipe: 'proven', overrides: { 'ppo.klCoef': 0.5 } },
    changes: [{ stage: 'ppo', step: 1, key: 'ppo.klCoef', value: 0 }],
    stages: ['ppo'],
    at: { stage: 'ppo', step, totalSteps: 9, episodes: 0 },
  } as unknown as RunManifest,
  tensors: [],
});

interface Saved {
  id: string;
  events: unknown[];
  fresh: RunRecord | null;
  overrides: unknown;
}
let saved: Saved[];
let reports: SavingReport[];
let paused: number;
/** Thrown by the next saves, in order; null lets one through. */
let failures: (Error | null)[];
let removed: string[];
/** What happens elsewhere while a save is written. */
let meanwhile: () => void;
let autosave: Autosave;

/** As much of a store as saving asks for. */
const store = {
  list: async () => [{ name: 'amber-fox' }],
  deleted: async () => removed,
  purge: async () => void (removed = []),
  async save(
    id: string,
    _writer: string,
    news: Saved & { settings: { overrides: unknown } },
    checkpoint: Saved,
    fresh: RunRecord,
  ) {
    const failure = failures.shift();
    meanwhile();
    if (failure) throw failure;
    saved.push({ id, events: checkpoint.events, fresh, overrides: news.settings.overrides });
  },
} as unknown as RunStore;

beforeEach(() => {
  [saved, reports, paused, failures, removed] = [[], [], 0, [], []];
  meanwhile = () => undefined;
  autosave = new Autosave({
    store: async () => store,
    post: (event) => void (event.type === 'saving' && reports.push(event.report)),
    onReplaced: () => paused++,
  });
  autosave.nextName = 'amber-fox';
  autosave.observe(begun('a'));
});

const save = (step: number) => autosave.save(snapshotAt(step), false);

describe('saving', () => {
  test('the first save makes the record under a free name, later ones do not', async () => {
    await save(1);
    await save(2);
    expect(saved.map(({ fresh }) => fresh?.name ?? null)).toEqual(['amber-fox 2', null]);
    expect(reports.at(-1)).toMatchObject({ state: 'saved', run: 'a', name: 'amber-fox 2', place: { step: 2 } });
    expect(autosave.runId).toBe('a');
  });

  test('live changes are part of the settings that are kept', async () => {
    await save(1);
    expect(saved[0].overrides).toEqual({ 'ppo.klCoef': 0 });
  });

  test('what is told after a state was taken belongs to the next save, also while the first is under way', async () => {
    autosave.observe(said(1));
    const first = save(1);
    autosave.observe(said(2));
    const second = save(2);
    autosave.observe(said(3));
    await Promise.all([first, second]);
    expect(saved.map(({ events }) => events)).toEqual([[said(1)], [said(2)]]);
  });

  test('what a failed save should have kept comes with the next', async () => {
    failures = [new Error('the disk is gone')];
    autosave.observe(said(1));
    await save(1);
    expect(reports).toMatchObject([{ state: 'failed', problem: { kind: 'failed' } }]);
    autosave.observe(said(2));
    await save(2);
    expect(saved[0].events).toEqual([said(1), said(2)]);
    expect(saved[0].fresh).not.toBeNull();
    expect(reports.at(-1)?.state).toBe('saved');
  });

  test('another run begins with an empty journal', async () => {
    autosave.observe(said(1));
    autosave.observe(begun('b'));
    autosave.observe(said(5));
    await autosave.save(snapshotAt(1, 'a'), false);
    await autosave.save(snapshotAt(5, 'b'), false);
    expect(saved.map(({ id, events }) => [id, events])).toEqual([['b', [said(5)]]]);
  });
});

describe('trouble', () => {
  test('a full disk first gives back what was deleted', async () => {
    removed = ['old'];
    failures = [new QuotaError('full'), null];
    await save(1);
    expect(removed).toEqual([]);
    expect(reports).toMatchObject([{ state: 'saved' }]);
  });

  test('a disk that stays full is said, and the run is tried again', async () => {
    failures = [new QuotaError('full')];
    await save(1);
    expect(reports).toMatchObject([{ state: 'failed', problem: { kind: 'quota' } }]);
    expect(paused).toBe(0);
    await save(2);
    expect(saved).toHaveLength(1);
  });

  test('a private window says so', async () => {
    failures = [new NoDatabaseError('none')];
    await save(1);
    expect(reports).toMatchObject([{ state: 'failed', problem: { kind: 'noDatabase' } }]);
  });

  test('a run that another tab has taken stands still here and saves nothing more', async () => {
    await save(1);
    failures = [new ReplacedError('taken')];
    await save(2);
    await save(3);
    expect(saved).toHaveLength(1);
    expect(paused).toBe(1);
    expect(reports.at(-1)).toMatchObject({ state: 'replaced', run: 'a' });
    expect(autosave.runId).toBeNull();
  });

  test.each([null, new QuotaError('full')])('taken over while a save is written, it stays so (%s)', async (failure) => {
    await save(1);
    failures = [failure];
    meanwhile = () => autosave.lose('a');
    await save(2);
    expect(reports.at(-1)).toMatchObject({ state: 'replaced', run: 'a' });
    expect(paused).toBe(1);
  });
});

test('names are counted up', () => {
  expect(freeName('owl', [])).toBe('owl');
  expect(freeName('owl', ['owl', 'owl 2'])).toBe('owl 3');
  expect(freeName('owl 2', ['owl 2', 'owl 3'])).toBe('owl 4');
});
