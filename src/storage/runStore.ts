/**
 * Runs in the browser's database. A save is one transaction over everything that belongs to it: packs, checkpoint,
 * journal, run. A crash leaves all of it or nothing, and the checkpoints before it stay as they were.
 */
import { Packer, unpackState } from './checkpointPacks';
import type { Database } from './database';
import { guard } from './failures';
import { StorageError } from '../config/errors';
import { checkpointsToDrop } from './pruning';
import { readRows, readStore, type DamagedRow } from './recordForms';
import type { CheckpointRecord, RunRecord } from './records';
import { rangeOf, surveyRuns, usersOfPacks, type RunEntry, type Survey } from './survey';
import { STRICT, verifySave, writeSave, type NewCheckpoint, type RunNews } from './saving';

export type { RunEntry } from './survey';

/** A checkpoint that was read and is whole. */
export interface LoadedCheckpoint {
  readonly run: RunRecord;
  readonly checkpoint: CheckpointRecord;
  readonly state: Awaited<ReturnType<typeof unpackState>>;
  /** Newer checkpoints that did not read back whole, with the reason. */
  readonly broken: readonly { number: number; reason: string }[];
}

/** @throws StorageError from every method when the disk is full or the database was closed */
export class RunStore {
  /** One for all runs: it holds on to the state it packed last, and a tab may train any number of runs. */
  #packer = new Packer();

  constructor(readonly database: Database) {}

  /** Puts a run on the shelf, or its new record in place of the old one. */
  putRun(run: RunRecord): Promise<void> {
    return guard('write a run', async () => void (await this.database.put('runs', run)));
  }

  /** @throws StorageError when its row is damaged */
  getRun(id: string): Promise<RunRecord | undefined> {
    return guard('read a run', async () => {
      const row = await this.database.get('runs', id);
      const { whole, damaged } = readRows('runs', row === undefined ? [] : [row], [id]);
      if (damaged.length > 0)
        throw new StorageError(`storage: ${damaged[0].reason}; the row is damaged; delete it from the list of runs.`);
      return whole[0];
    });
  }

  /** Changes some fields of a run that is there. */
  changeRun(id: string, change: Partial<RunRecord>): Promise<void> {
    return guard('change a run', async () => {
      const { store, done } = this.database.transaction('runs', 'readwrite');
      const run = await store.get(id);
      await Promise.all([run && store.put({ ...run, ...change, id }), done]);
    });
  }

  /**
   * Saves a state of a run, reads back what was written, and lets old checkpoints go.
   * @param writer token of this tab
   * @param fresh the run's record where this is its first save
   * @throws ReplacedError when another tab writes this run now; StorageError when it was not saved: nothing has changed then
   */
  async save(
    id: string,
    writer: string,
    news: RunNews,
    checkpoint: NewCheckpoint,
    fresh: RunRecord | null = null,
  ): Promise<CheckpointRecord> {
    const packed = await this.#packer.pack(checkpoint.state);
    const { entry, written } = await guard('save the run', () =>
      writeSave(this.database, { id, writer, fresh, news, checkpoint, packed }),
    );
    await verifySave(this.database, entry, written);
    await this.prune(id);
    return entry;
  }

  /**
   * The newest checkpoint that is whole, or the newest whole one up to `number`.
   * @returns null when the run has none; `broken` names newer ones that are not whole
   */
  async load(id: string, number = Infinity): Promise<LoadedCheckpoint | null> {
    const run = await this.getRun(id);
    if (!run) return null;
    const { whole, damaged } = await this.#checkpoints(id);
    const broken = damaged.map(({ key, reason }) => ({ number: Number((key as [string, number])[1]), reason }));
    for (const checkpoint of whole.filter((entry) => entry.number <= number).reverse()) {
      try {
        const state = await unpackState(checkpoint.body.hash, (hash) => this.database.get('packs', hash));
        return { run, checkpoint, state, broken };
      } catch (error) {
        broken.push({ number: checkpoint.number, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return null;
  }

  /** What happened in a run up to one of its saves, in order. */
  journal(id: string, upTo = Infinity): Promise<unknown[]> {
    return guard('read the journal', async () => {
      const transaction = this.database.transaction('journal');
      const rows = await Promise.all([
        transaction.store.getAll(rangeOf(id)),
        transaction.store.getAllKeys(rangeOf(id)),
      ]);
      return readRows('journal', ...rows)
        .whole.filter(({ number }) => number <= upTo)
        .flatMap(({ events }) => [...events]);
    });
  }

  #checkpoints(id: string): Promise<{ whole: CheckpointRecord[]; damaged: DamagedRow[] }> {
    return guard('read checkpoints', async () => {
      const { store } = this.database.transaction('checkpoints');
      return readRows(
        'checkpoints',
        ...(await Promise.all([store.getAll(rangeOf(id)), store.getAllKeys(rangeOf(id))])),
      );
    });
  }

  /** All runs that are not deleted, the newest save first. */
  async list(): Promise<RunEntry[]> {
    return (await this.survey()).runs;
  }

  /** {@link list}, and the rows that are not what they should be. */
  survey(): Promise<Survey> {
    return guard('list the runs', () => surveyRuns(this.database));
  }

  /** Deletes rows that are not what they should be, and what only they used. Cannot be undone. */
  async forgetDamaged(): Promise<void> {
    const { damaged } = await this.survey();
    await guard('delete damaged rows', async () => {
      const { store, done } = this.database.transaction('checkpoints', 'readwrite', STRICT);
      const rows = damaged.filter((row) => row.store === 'checkpoints');
      await Promise.all([...rows.map(({ key }) => store.delete(key as [string, number])), done]);
    });
    // A run that cannot be listed takes its checkpoints with it: nothing would ever show them again.
    await this.purge(damaged.flatMap(({ store, key }) => (store === 'runs' ? [key as string] : [])));
  }

  /** Keeps a checkpoint whatever happens, or lets it go its way again. */
  pin(id: string, number: number, isPinned: boolean): Promise<void> {
    return guard('keep a checkpoint', async () => {
      const { store, done } = this.database.transaction('checkpoints', 'readwrite');
      const entry = await store.get([id, number]);
      await Promise.all([entry && store.put({ ...entry, isPinned }), done]);
    });
  }

  /**
   * Makes a second run of the first `upTo` saves of one. No bytes are copied.
   * @returns false when there is no such run
   */
  copy(id: string, copy: Pick<RunRecord, 'id' | 'name' | 'origin' | 'madeAt'>, upTo = Infinity): Promise<boolean> {
    return guard('copy a run', async () => {
      const transaction = this.database.transaction(['runs', 'checkpoints', 'journal'], 'readwrite', STRICT);
      const [runs, entries, journal] = [
        transaction.objectStore('runs'),
        transaction.objectStore('checkpoints'),
        transaction.objectStore('journal'),
      ];
      const run = await runs.get(id);
      if (!run) return false;
      const own = (await entries.getAll(rangeOf(id))).filter(({ number }) => number <= upTo);
      const parts = (await journal.getAll(rangeOf(id))).filter(({ number }) => number <= upTo);
      await Promise.all([
        runs.put({ ...run, ...copy, place: own.at(-1)?.place ?? run.place, writer: null, isDeleted: false }),
        ...own.map((entry) => entries.put({ ...entry, run: copy.id })),
        ...parts.map((part) => journal.put({ ...part, run: copy.id })),
        transaction.done,
      ]);
      return true;
    });
  }

  /** Drops the checkpoints after a save, with what happened since: the run goes on from there. */
  rewind(id: string, number: number): Promise<void> {
    return guard('go back to a checkpoint', async () => {
      const transaction = this.database.transaction(['checkpoints', 'journal'], 'readwrite', STRICT);
      const later = IDBKeyRange.bound([id, number], [id, Infinity], true);
      await Promise.all([
        transaction.objectStore('checkpoints').delete(later),
        transaction.objectStore('journal').delete(later),
        transaction.done,
      ]);
    });
  }

  /** Lets checkpoints of a run go that nobody asked to keep, and the packs that only they used. */
  async prune(id: string): Promise<void> {
    const run = await this.getRun(id);
    if (!run) return;
    await this.#drop(checkpointsToDrop((await this.#checkpoints(id)).whole, run.keepsAll));
  }

  /** Forgets runs with everything only they used. Cannot be undone. */
  async purge(ids: readonly string[]): Promise<void> {
    await guard('delete runs', async () => {
      const transaction = this.database.transaction(['runs', 'checkpoints', 'journal'], 'readwrite', STRICT);
      await Promise.all([
        ...ids.flatMap((id) => [
          transaction.objectStore('runs').delete(id),
          transaction.objectStore('checkpoints').delete(rangeOf(id)),
          transaction.objectStore('journal').delete(rangeOf(id)),
        ]),
        transaction.done,
      ]);
    });
    await this.sweep();
  }

  /** Runs that were deleted and can still be had back. */
  deleted(): Promise<string[]> {
    return guard('list the runs', async () =>
      (await this.database.getAll('runs')).filter((run) => run.isDeleted === true).map(({ id }) => id),
    );
  }

  async #drop(entries: readonly CheckpointRecord[]): Promise<void> {
    if (entries.length === 0) return;
    await guard('let old checkpoints go', async () => {
      const { store, done } = this.database.transaction('checkpoints', 'readwrite', STRICT);
      await Promise.all([...entries.map(({ run, number }) => store.delete([run, number])), done]);
    });
    await this.sweep();
  }

  /**
   * Deletes packs that no checkpoint uses, whole or damaged: what a damaged row still names stays until the visitor lets the
   * row go. One transaction, so that no save can begin to use one meanwhile.
   */
  sweep(): Promise<void> {
    return guard('free room', async () => {
      const transaction = this.database.transaction(['checkpoints', 'packs'], 'readwrite', STRICT);
      const packs = transaction.objectStore('packs');
      const checkpoints = transaction.objectStore('checkpoints');
      const [entries, hashes] = await Promise.all([readStore('checkpoints', checkpoints), packs.getAllKeys()]);
      const users = usersOfPacks(entries);
      const unused = hashes.filter((hash) => !users.has(hash));
      await Promise.all([...unused.map((hash) => packs.delete(hash)), transaction.done]);
    });
  }
}
