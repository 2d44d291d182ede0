import { afterEach, describe, expect, test, vi } from 'vitest';
import { QuotaError, ReplacedError } from '../../src/storage/failures';
import { DatabaseShelf } from '../../src/storage/labelShelf';
import { aRun, checkpointAt, forgetStores, newsAt, newStore, placeAt } from './support';

afterEach(async () => {
  vi.restoreAllMocks();
  await forgetStores();
});

async function savedRun(steps: readonly number[]) {
  const store = await newStore();
  await store.putRun(aRun('a'));
  for (const step of steps) await store.save('a', 'tab', newsAt(step), checkpointAt(step));
  return store;
}

const numbersOf = async (store: Awaited<ReturnType<typeof newStore>>, id = 'a') =>
  (await store.list()).find((run) => run.id === id)!.checkpoints.map(({ number }) => number);

describe('saving and loading', () => {
  test('a state comes back as it was, with its journal', async () => {
    const store = await savedRun([5]);
    const loaded = (await store.load('a'))!;
    expect(loaded.broken).toEqual([]);
    expect(loaded.state.manifest).toEqual({ step: 5 });
    const { tensors } = checkpointAt(5).state;
    expect(loaded.state.tensors).toEqual(tensors);
    expect(loaded.state.tensors[2].data).toBeInstanceOf(Int32Array);
    expect(loaded.run.place).toEqual(placeAt(5));
    expect(await store.journal('a')).toEqual([{ type: 'said', step: 5 }]);
  });

  test('a model that did not change is kept once, also for a second run', async () => {
    const store = await savedRun([1, 2]);
    // Per save the body and the policy; the frozen model once.
    expect(await store.database.count('packs')).toBe(5);
    await store.putRun(aRun('b'));
    await store.save('b', 'tab', newsAt(9), checkpointAt(9));
    expect(await store.database.count('packs')).toBe(7);
    await store.purge(['a']);
    expect(await store.database.count('packs')).toBe(3);
    expect((await store.load('b'))!.state.tensors).toEqual(checkpointAt(9).state.tensors);
  });

  test('the bytes of a run are what its deletion frees', async () => {
    const store = await savedRun([1]);
    const alone = (await store.list())[0].bytes;
    await store.putRun(aRun('b'));
    await store.save('b', 'tab', newsAt(2), checkpointAt(2));
    const [b, a] = await store.list();
    expect([a.id, b.id]).toEqual(['a', 'b']);
    expect(alone - a.bytes).toBe(12_000);
  });
});

describe('what is kept', () => {
  test('the two newest saves, the end of each stage, and what is pinned', async () => {
    const store = await savedRun([]);
    const save = (step: number, kind: 'auto' | 'stage', stage: 'sft' | 'ppo' = 'ppo') =>
      store.save('a', 'tab', newsAt(step), checkpointAt(step, { kind, place: placeAt(step, stage) }));
    await save(1, 'auto', 'sft');
    await store.pin('a', 1, true);
    await save(2, 'auto', 'sft');
    await save(3, 'stage', 'sft');
    for (const step of [4, 5, 6, 7]) await save(step, 'auto');
    expect(await numbersOf(store)).toEqual([1, 3, 6, 7]);
    await store.pin('a', 1, false);
    await store.prune('a');
    expect(await numbersOf(store)).toEqual([3, 6, 7]);
    // Nothing is left of what went.
    expect(await store.database.count('packs')).toBe(3 * 2 + 1);
  });

  test('everything, where the reader wants it', async () => {
    const store = await savedRun([]);
    await store.changeRun('a', { keepsAll: true });
    for (const step of [1, 2, 3, 4]) await store.save('a', 'tab', newsAt(step), checkpointAt(step));
    expect(await numbersOf(store)).toEqual([1, 2, 3, 4]);
  });
});

describe('when something breaks', () => {
  test('a changed byte is noticed, and the checkpoint before it opens', async () => {
    const store = await savedRun([1, 2]);
    const { checkpoint } = (await store.load('a'))!;
    const { hash } = checkpoint.packs[1];
    const pack = (await store.database.get('packs', hash))!;
    pack.bytes[17] ^= 1;
    await store.database.put('packs', pack);
    const loaded = (await store.load('a'))!;
    expect(loaded.state.manifest).toEqual({ step: 1 });
    expect(loaded.broken).toHaveLength(1);
    expect(loaded.broken[0].number).toBe(2);
    expect(loaded.broken[0].reason).toContain('expected the bytes that were written');
  });

  test('a clock that is set back does not make an older save the newest', async () => {
    const store = await savedRun([1]);
    await store.save('a', 'tab', newsAt(2), checkpointAt(2, { takenAt: 5 }));
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 2 });
    expect(await numbersOf(store)).toEqual([1, 2]);
  });

  test('a missing pack is noticed; with nothing whole left there is nothing to load', async () => {
    const store = await savedRun([1]);
    await store.database.clear('packs');
    expect(await store.load('a')).toBeNull();
    expect(await store.load('nobody')).toBeNull();
  });

  test('a damaged row is named, the others are listed, and it goes when asked to', async () => {
    const store = await savedRun([1, 2]);
    await store.putRun(aRun('b'));
    await store.save('b', 'tab', newsAt(3), checkpointAt(3));
    const write = (name: 'runs' | 'checkpoints', row: object) => store.database.put(name, row as never);
    await write('runs', { ...aRun('b'), place: { ...placeAt(3), step: '3' } });
    await write('checkpoints', { ...(await store.database.get('checkpoints', ['a', 2]))!, packs: 'none' });
    const { runs, damaged } = await store.survey();
    expect(runs.map(({ id, checkpoints }) => [id, checkpoints.map(({ number }) => number)])).toEqual([['a', [1]]]);
    expect(damaged.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^runs, run b: place\.step is "3"; expected number$/),
      expect.stringMatching(/^checkpoints, a,2: packs is "none"; expected Array$/),
    ]);
    const loaded = (await store.load('a'))!;
    expect(loaded.state.manifest).toEqual({ step: 1 });
    expect(loaded.broken[0].number).toBe(2);
    await expect(store.load('b')).rejects.toThrow('place.step');
    await store.forgetDamaged();
    expect((await store.survey()).damaged).toEqual([]);
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 1 });
    // Of the run that cannot be listed nothing stays that nobody could ever see.
    expect(await store.database.getAllKeys('checkpoints')).toEqual([['a', 1]]);
    expect(await store.database.getAllKeys('journal')).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
    expect(await store.database.count('packs')).toBe(3);
  });

  test('what a damaged checkpoint still names stays until the visitor lets the row go', async () => {
    const store = await savedRun([1, 2]);
    const entry = (await store.database.get('checkpoints', ['a', 2]))!;
    await store.database.put('checkpoints', { ...entry, takenAt: 'yesterday' } as never);
    // Saving and deleting sweep: twice what is old goes.
    for (const step of [3, 4, 5]) await store.save('a', 'tab', newsAt(step), checkpointAt(step));
    await store.save('b', 'tab', newsAt(9), checkpointAt(9), aRun('b'));
    await store.purge(['b']);
    expect((await store.survey()).damaged.map(({ packs }) => packs.length)).toEqual([3]);
    const { isPinned: _, ...mended } = entry;
    await store.database.put('checkpoints', { ...mended, isPinned: true });
    expect((await store.load('a', 2))!.state.tensors).toEqual(checkpointAt(2).state.tensors);
    await store.database.put('checkpoints', { ...entry, takenAt: 'yesterday' } as never);
    const before = await store.database.count('packs');
    await store.forgetDamaged();
    expect(await store.database.count('packs')).toBe(before - 2);
  });

  test('a damaged label is named and left alone; the others are read', async () => {
    const { database } = await newStore();
    const shelf = new DatabaseShelf(database);
    const demonstration = { prompt: 'p', completion: 'c', labeler: 'Ada', source: 'written' };
    await database.put('demonstrations', { id: 'good', madeAt: 1, demonstration } as never);
    await database.put('demonstrations', { id: 'bad', madeAt: 1, demonstration: { prompt: 7 } } as never);
    await database.put('labels', { id: 'worse', madeAt: 'yesterday' } as never);
    const { demonstrations, labels, damaged } = await shelf.read();
    expect([demonstrations.map(({ id }) => id), labels]).toEqual([['good'], []]);
    expect(damaged.map(({ store, key }) => [store, key])).toEqual([
      ['labels', 'worse'],
      ['demonstrations', 'bad'],
    ]);
    expect(damaged[1].reason).toBe('demonstrations, bad: demonstration is an object; expected a demonstration');
    expect(await database.count('labels')).toBe(1);
  });

  // Put after put of one save: packs, journal, checkpoint, run.
  test.each([1, 2, 3, 4, 5])('a transaction that dies at write %i leaves everything as it was', async (dies) => {
    const store = await savedRun([1]);
    const before = JSON.stringify([await store.list(), await store.database.getAllKeys('packs')]);
    const { put } = IDBObjectStore.prototype;
    let writes = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...values) {
      const request = put.apply(this, values);
      if (++writes === dies) this.transaction.abort();
      return request;
    });
    await expect(store.save('a', 'tab', newsAt(2), checkpointAt(2))).rejects.toThrow(/could not save the run/);
    vi.restoreAllMocks();
    expect(JSON.stringify([await store.list(), await store.database.getAllKeys('packs')])).toBe(before);
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 1 });
    await store.save('a', 'tab', newsAt(3), checkpointAt(3));
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 3 });
    // The failed save left no trace in the journal.
    expect(await store.journal('a')).toEqual([
      { type: 'said', step: 1 },
      { type: 'said', step: 3 },
    ]);
  });

  test('a full disk is named as such', async () => {
    const store = await savedRun([1]);
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError');
    });
    await expect(store.save('a', 'tab', newsAt(2), checkpointAt(2))).rejects.toThrow(QuotaError);
    vi.restoreAllMocks();
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 1 });
  });

  test('what does not read back whole is not counted, and the next save writes it again', async () => {
    const store = await savedRun([1]);
    const { get } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
      // Of the packs nothing is found any more.
      return get.call(this, this.name === 'packs' ? 'gone' : key);
    });
    await expect(store.save('a', 'tab', newsAt(2), checkpointAt(2))).rejects.toThrow(/is missing/);
    vi.restoreAllMocks();
    expect(await numbersOf(store)).toEqual([1]);
    await store.save('a', 'tab', newsAt(2), checkpointAt(2));
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 2 });
  });
});

describe('one writer', () => {
  test('the first save makes the run; a run that is gone is not made again by a later one', async () => {
    const store = await newStore();
    await store.save('a', 'tab', newsAt(1), checkpointAt(1), aRun('a'));
    expect((await store.list())[0]).toMatchObject({ id: 'a', saves: 1, place: placeAt(1) });
    await store.purge(['a']);
    await expect(store.save('a', 'tab', newsAt(2), checkpointAt(2))).rejects.toThrow(/deleted/);
    expect(await store.list()).toEqual([]);
  });

  test('a tab that was replaced saves nothing', async () => {
    const store = await savedRun([1]);
    await store.changeRun('a', { writer: 'other' });
    await expect(store.save('a', 'tab', newsAt(2), checkpointAt(2))).rejects.toThrow(ReplacedError);
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 1 });
    await store.save('a', 'other', newsAt(3), checkpointAt(3));
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 3 });
  });

  test('a deleted run takes no saves, and comes back whole', async () => {
    const store = await savedRun([1]);
    await store.changeRun('a', { isDeleted: true });
    expect(await store.list()).toEqual([]);
    expect(await store.deleted()).toEqual(['a']);
    await expect(store.save('a', 'tab', newsAt(2), checkpointAt(2))).rejects.toThrow(/deleted/);
    await store.changeRun('a', { isDeleted: false });
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 1 });
  });
});

describe('copies and rewinding', () => {
  test('a copy shares bytes and outlives the original', async () => {
    const store = await savedRun([1, 2]);
    const packs = await store.database.count('packs');
    const origin = { name: 'run a', place: placeAt(1) };
    expect(await store.copy('a', { id: 'c', name: 'copy', origin, madeAt: 5 }, 1)).toBe(true);
    expect(await store.copy('nobody', { id: 'd', name: 'copy', origin, madeAt: 5 })).toBe(false);
    expect(await store.database.count('packs')).toBe(packs);
    expect((await store.getRun('c'))!.place.step).toBe(1);
    await store.purge(['a']);
    expect((await store.load('c'))!.state.tensors).toEqual(checkpointAt(1).state.tensors);
    expect(await store.journal('c')).toEqual([{ type: 'said', step: 1 }]);
  });

  test('going back drops later saves and what happened in them', async () => {
    const store = await savedRun([1, 2]);
    await store.rewind('a', 1);
    expect((await store.load('a'))!.state.manifest).toEqual({ step: 1 });
    expect(await store.journal('a')).toEqual([{ type: 'said', step: 1 }]);
    // Numbers go on, so that no key ever means two saves.
    await store.save('a', 'tab', newsAt(7), checkpointAt(7));
    expect(await numbersOf(store)).toEqual([1, 3]);
  });
});
