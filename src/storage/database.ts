/** The one database of the page, in the browser's IndexedDB. Nothing in it leaves the device. */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { StorageError } from '../config/errors';
import type { DemonstrationRecord, LabelRecord } from './records';

export const DATABASE_NAME = 'rlhf-in-a-tab';

export interface Schema extends DBSchema {
  labels: { key: string; value: LabelRecord };
  demonstrations: { key: string; value: DemonstrationRecord };
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
];

/** Version of the schema above. */
export const DATABASE_VERSION = MIGRATIONS.length;

/**
 * Opens the database, making or migrating it first.
 * @throws StorageError when the browser keeps none for this page, as some private windows do, or when it is newer
 */
export async function openDatabase(name = DATABASE_NAME): Promise<Database> {
  try {
    return await openDB<Schema>(name, DATABASE_VERSION, {
      upgrade(database, from, _to, upgrade) {
        for (const migrate of MIGRATIONS.slice(from)) migrate(database, upgrade);
      },
      // Another tab with newer code wants to migrate: holding on would block it for ever.
      blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StorageError(
      `storage: the browser opened no database (${reason}); expected one for this page; leave the private window, allow site data, or export before you close.`,
      { cause: error },
    );
  }
}
