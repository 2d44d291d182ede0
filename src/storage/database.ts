/** The one database of the page, in the browser's IndexedDB. Nothing in it leaves the device. */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { NewerError, NoDatabaseError } from './failures';
import type {
  CheckpointRecord,
  DemonstrationRecord,
  JournalRecord,
  KeepRecord,
  LabelRecord,
  PackRecord,
  RunRecord,
} from './records';

export const DATABASE_NAME = 'rlhf-in-a-tab';

export interface Schema extends DBSchema {
  labels: { key: string; value: LabelRecord };
  demonstrations: { key: string; value: DemonstrationRecord };
  runs: { key: string; value: RunRecord };
  /** Key: run, number of the save. */
  checkpoints: { key: [string, number]; value: CheckpointRecord };
  /** Key: SHA-256 of the bytes. */
  packs: { key: string; value: PackRecord };
  /** Key: run, number of the save. */
  journal: { key: [string, number]; value: JournalRecord };
  keeps: { key: string; value: KeepRecord };
}

export type Database = IDBPDatabase<Schema>;
type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>;

/**
 * `MIGRATIONS[v]` turns a database of version `v` into one of version `v + 1`; 0 is no database at all. Append only:
 * somebody's browser holds every version that was ever published.
 */
const MIGRATIONS: readonly ((database: Database, upgrade: Upgrade) => void)[] = [
  (database) => {
    database.createObjectStore('labels', { keyPath: 'id' });
    database.createObjectStore('demonstrations', { keyPath: 'id' });
  },
  (database) => {
    database.createObjectStore('runs', { keyPath: 'id' });
    database.createObjectStore('checkpoints', { keyPath: ['run', 'number'] });
    database.createObjectStore('packs', { keyPath: 'hash' });
    database.createObjectStore('journal', { keyPath: ['run', 'number'] });
    database.createObjectStore('keeps', { keyPath: 'name' });
  },
];

/** Version of the schema above. */
export const DATABASE_VERSION = MIGRATIONS.length;

export interface DatabaseWatch {
  /** Another tab with older code holds the database and has not let go yet. */
  onWaiting?: () => void;
  /** A newer version of the page took the database over, or the browser closed it: nothing can be saved from here. */
  onGone?: (error: NewerError | NoDatabaseError) => void;
}

const REPLACED =
  'storage: another tab runs a newer version of this page and took the database over; expected one version; reload this tab.';
const CLOSED = 'storage: the browser closed the database; expected it to stay open; reload this tab.';

/**
 * Opens the database, making or migrating it first.
 * @throws NoDatabaseError when the browser keeps none for this page, as some private windows do
 * @throws NewerError when a newer version of the page wrote it
 */
export async function openDatabase(name = DATABASE_NAME, { onWaiting, onGone }: DatabaseWatch = {}): Promise<Database> {
  try {
    return await openDB<Schema>(name, DATABASE_VERSION, {
      upgrade(database, from, _to, upgrade) {
        for (const migrate of MIGRATIONS.slice(from)) migrate(database, upgrade);
      },
      blocked: () => onWaiting?.(),
      // Another tab with newer code wants to migrate: holding on would block it for ever.
      blocking: (_current, _wanted, event) => {
        (event.target as IDBDatabase).close();
        onGone?.(new NewerError(REPLACED));
      },
      terminated: () => onGone?.(new NoDatabaseError(CLOSED)),
    });
  } catch (error) {
    throw openingError(error);
  }
}

function openingError(error: unknown): NewerError | NoDatabaseError {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof DOMException && error.name === 'VersionError')
    return new NewerError(
      `storage: what is kept here was written by a newer version of this page (${reason}); expected version ${DATABASE_VERSION} or older; reload this tab, or take the update the page offers.`,
      { cause: error },
    );
  return new NoDatabaseError(
    `storage: the browser opened no database (${reason}); expected one for this page; leave the private window, allow site data, or export before you close.`,
    { cause: error },
  );
}
