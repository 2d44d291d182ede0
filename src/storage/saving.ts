/** One save of a run: the transaction that writes it, and the reading back that makes it count. */
import { readWhole, type PackedState, type StoredState } from './checkpointPacks';
import type { Database } from './database';
import { ReplacedError } from './failures';
import type { CheckpointKind, CheckpointRecord, PackReference, SavedPlace, RunRecord } from './records';

/** A save reaches the disk before it counts: a computer that loses its power keeps it too. */
export const STRICT = { durability: 'strict' } as const;

/** What a save changes about its run. */
export type RunNews = Pick<RunRecord, 'settings' | 'plan' | 'place' | 'summaries'>;

export interface NewCheckpoint {
  readonly state: StoredState;
  readonly kind: CheckpointKind;
  readonly place: SavedPlace;
  /** What happened since the save before. */
  readonly events: readonly unknown[];
  /** Milliseconds since 1970. */
  readonly takenAt: number;
}

export interface Save {
  readonly id: string;
  /** Token of the tab that saves. */
  readonly writer: string;
  /** The run's record where this is its first save. */
  readonly fresh: RunRecord | null;
  readonly news: RunNews;
  readonly checkpoint: NewCheckpoint;
  readonly packed: PackedState;
}

const referenceOf = ({ hash, bytes }: PackReference): PackReference => ({ hash, bytes });

/**
 * Writes all of a save or nothing.
 * @returns the checkpoint, and the hashes of the packs that were not there before
 * @throws ReplacedError when this tab is not the run's writer any more
 */
export async function writeSave(
  database: Database,
  { id, writer, fresh, news, checkpoint, packed }: Save,
): Promise<{ entry: CheckpointRecord; written: string[] }> {
  const transaction = database.transaction(['runs', 'checkpoints', 'packs', 'journal'], 'readwrite', STRICT);
  // A transaction that fails rejects here too; whoever waits for the requests below hears it from them first.
  transaction.done.catch(() => undefined);
  // All questions at once, then all answers at once: between two steps of training there is time for one of each.
  const packs = transaction.objectStore('packs');
  const all = [packed.body, ...packed.packs];
  const [stored, ...known] = await Promise.all([
    transaction.objectStore('runs').get(id),
    ...all.map(({ hash }) => packs.getKey(hash)),
  ]);
  const run = stored ?? fresh;
  if (!run || run.isDeleted || run.writer !== writer) {
    transaction.abort();
    throw new ReplacedError(
      `storage: this run is ${run && !run.isDeleted ? 'continued in another tab' : 'deleted'}; expected this tab to be the one that saves it; take it over in the list of runs, or start a new one.`,
    );
  }
  const missing = new Map(all.flatMap((pack, i) => (known[i] === undefined ? [[pack.hash, pack]] : [])));
  const { kind, place, events, takenAt } = checkpoint;
  const number = run.saves + 1;
  const entry: CheckpointRecord = {
    run: id,
    number,
    takenAt,
    kind,
    isPinned: false,
    place,
    body: referenceOf(packed.body),
    packs: packed.packs.map(referenceOf),
  };
  const requests: Promise<unknown>[] = [];
  const ask = (request: Promise<unknown>) => {
    // One that throws at once must not leave those before it without anybody who listens.
    request.catch(() => undefined);
    requests.push(request);
  };
  for (const { hash, join } of missing.values()) ask(packs.put({ hash, bytes: join() }));
  ask(transaction.objectStore('journal').put({ run: id, number, events }));
  ask(transaction.objectStore('checkpoints').put(entry));
  ask(transaction.objectStore('runs').put({ ...run, ...news, savedAt: takenAt, saves: number }));
  await Promise.all([...requests, transaction.done]);
  return { entry, written: [...missing.keys()] };
}

/**
 * Reads the new packs again. A checkpoint that is not whole goes, and those before it stay.
 * @throws StorageError when it was not whole
 */
export async function verifySave(
  database: Database,
  entry: CheckpointRecord,
  written: readonly string[],
): Promise<void> {
  try {
    await Promise.all(written.map((hash) => readWhole(hash, (key) => database.get('packs', key))));
  } catch (error) {
    // The next save must write these packs again, not find them there.
    const transaction = database.transaction(['checkpoints', 'packs'], 'readwrite', STRICT);
    await Promise.all([
      transaction.objectStore('checkpoints').delete([entry.run, entry.number]),
      ...written.map((hash) => transaction.objectStore('packs').delete(hash)),
      transaction.done,
    ]);
    throw error;
  }
}
