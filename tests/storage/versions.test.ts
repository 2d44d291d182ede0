/** Databases of other versions of the page: older ones are brought up to date with all they hold, newer ones are left alone. */
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { afterEach, expect, test } from 'vitest';
import { DATABASE_VERSION, openDatabase } from '../../src/storage/database';
import { DatabaseShelf } from '../../src/storage/labelShelf';
import { RunStore } from '../../src/storage/runStore';
import { aRun, checkpointAt, newsAt } from './support';

const NAME = 'versions';
const open: { close(): void }[] = [];

function keep<T extends { close(): void }>(database: T): T {
  open.push(database);
  return database;
}

afterEach(async () => {
  for (const database of open.splice(0)) database.close();
  await deleteDB(NAME);
});

/** As the first version of the page made it, and as it held it: it let go when a newer one asked. */
async function openAsVersion1(letsGo = true): Promise<IDBPDatabase> {
  const database = await openDB(NAME, 1, {
    upgrade(database) {
      database.createObjectStore('labels', { keyPath: 'id' });
      database.createObjectStore('demonstrations', { keyPath: 'id' });
    },
    blocking: (_current, _wanted, event) => {
      if (letsGo) (event.target as IDBDatabase).close();
    },
  });
  return keep(database);
}

const ranking = { prompt: 'Name a red fruit.', answers: ['An apple.', 'A pea.'], ranks: [0, 1], labeler: 'Ada' };
const label = { id: 'l1', madeAt: 7, label: ranking, repeatOf: null, drawnAs: 3 };
const written = { prompt: 'Say hello.', completion: 'Hello.', labeler: 'Ada', source: 'written' };
const demonstration = { id: 'd1', madeAt: 8, demonstration: written };

test('labels of the first version survive, and runs can be kept beside them', async () => {
  const old = await openAsVersion1();
  await old.put('labels', label);
  await old.put('demonstrations', demonstration);
  old.close();
  const database = keep(await openDatabase(NAME));
  expect(database.version).toBe(DATABASE_VERSION);
  expect(await new DatabaseShelf(database).read()).toEqual({
    labels: [label],
    demonstrations: [demonstration],
    damaged: [],
  });
  const store = new RunStore(database);
  await store.putRun(aRun('a'));
  await store.save('a', 'tab', newsAt(1), checkpointAt(1));
  expect((await store.load('a'))!.state.manifest).toEqual({ step: 1 });
});

test('an older tab lets go; what it saves afterwards is refused and reaches nothing', async () => {
  const old = await openAsVersion1();
  await old.put('labels', label);
  const database = keep(await openDatabase(NAME));
  await expect(old.put('labels', { ...label, id: 'l2' })).rejects.toThrow(/closing|closed/i);
  expect(await database.count('labels')).toBe(1);
});

test('a tab that does not let go is waited for, and said so', async () => {
  const old = await openAsVersion1(false);
  const said: string[] = [];
  const opening = openDatabase(NAME, { onWaiting: () => said.push('waiting') });
  await expect.poll(() => said).toEqual(['waiting']);
  old.close();
  expect(keep(await opening).version).toBe(DATABASE_VERSION);
});

test('a newer page takes over: this one hears of it, and saves nothing any more', async () => {
  const gone: string[] = [];
  const database = keep(await openDatabase(NAME, { onGone: (error) => gone.push(error.message) }));
  const store = new RunStore(database);
  await store.putRun(aRun('a'));
  await store.save('a', 'tab', newsAt(1), checkpointAt(1));
  const newer = keep(await openDB(NAME, DATABASE_VERSION + 1));
  expect(gone).toEqual([expect.stringContaining('reload this tab')]);
  await expect(store.save('a', 'tab', newsAt(2), checkpointAt(2))).rejects.toThrow(/could not save the run/);
  expect(await newer.count('checkpoints')).toBe(1);
});

test('a database of a newer page is not opened, and stays as it is', async () => {
  const newer = await openDB(NAME, DATABASE_VERSION + 1, {
    upgrade: (database) => void database.createObjectStore('later', { keyPath: 'id' }),
  });
  await newer.put('later', { id: 1 });
  newer.close();
  await expect(openDatabase(NAME)).rejects.toThrow(/newer version of this page/);
  const again = keep(await openDB(NAME));
  expect(again.version).toBe(DATABASE_VERSION + 1);
  expect(await again.count('later')).toBe(1);
});
