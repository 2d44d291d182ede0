/** Where the desk keeps what people label: in the database, or in memory where the browser keeps none. */
import type { Database } from './database';
import { guard } from './failures';
import { readStore, type DamagedRow } from './recordForms';
import type { DemonstrationRecord, LabelRecord } from './records';

export interface ShelfContents {
  /** Oldest first. */
  labels: LabelRecord[];
  demonstrations: DemonstrationRecord[];
  /** Rows that are not what they should be. They are left alone. */
  damaged: DamagedRow[];
}

export interface LabelShelf {
  /** False when everything is gone with the tab. */
  readonly isLasting: boolean;
  read(): Promise<ShelfContents>;
  /** Adds records, replacing those with the same id. All or none are written. */
  putLabels(records: readonly LabelRecord[]): Promise<void>;
  putDemonstrations(records: readonly DemonstrationRecord[]): Promise<void>;
  /** Takes records away; an id that is not there is nothing to take. */
  removeLabels(ids: readonly string[]): Promise<void>;
  removeDemonstrations(ids: readonly string[]): Promise<void>;
  /** Keeps a text under a name, in place of the one before; null takes it away. */
  keep(name: string, content: string | null): Promise<void>;
  /** The text under a name; null where there is none. */
  kept(name: string): Promise<string | null>;
}

const byTime = (a: { madeAt: number }, b: { madeAt: number }) => a.madeAt - b.madeAt;

/** Keeps records in IndexedDB. @throws StorageError from every method when the disk is full or the database was closed */
export class DatabaseShelf implements LabelShelf {
  readonly isLasting = true;

  constructor(readonly database: Database) {}

  async read(): Promise<ShelfContents> {
    return guard('read', async () => {
      const transaction = this.database.transaction(['labels', 'demonstrations']);
      const [labels, demonstrations] = await Promise.all([
        readStore('labels', transaction.objectStore('labels')),
        readStore('demonstrations', transaction.objectStore('demonstrations')),
      ]);
      return {
        labels: labels.whole.sort(byTime),
        demonstrations: demonstrations.whole.sort(byTime),
        damaged: [...labels.damaged, ...demonstrations.damaged],
      };
    });
  }

  putLabels(records: readonly LabelRecord[]): Promise<void> {
    return guard('save a label', async () => {
      const { store, done } = this.database.transaction('labels', 'readwrite');
      await Promise.all([...records.map((record) => store.put(record)), done]);
    });
  }

  putDemonstrations(records: readonly DemonstrationRecord[]): Promise<void> {
    return guard('save a demonstration', async () => {
      const { store, done } = this.database.transaction('demonstrations', 'readwrite');
      await Promise.all([...records.map((record) => store.put(record)), done]);
    });
  }

  removeLabels(ids: readonly string[]): Promise<void> {
    return guard('delete labels', async () => {
      const { store, done } = this.database.transaction('labels', 'readwrite');
      await Promise.all([...ids.map((id) => store.delete(id)), done]);
    });
  }

  removeDemonstrations(ids: readonly string[]): Promise<void> {
    return guard('delete demonstrations', async () => {
      const { store, done } = this.database.transaction('demonstrations', 'readwrite');
      await Promise.all([...ids.map((id) => store.delete(id)), done]);
    });
  }

  keep(name: string, content: string | null): Promise<void> {
    return guard(`save ${name}`, async () => {
      if (content === null) await this.database.delete('keeps', name);
      else await this.database.put('keeps', { name, keptAt: Date.now(), content });
    });
  }

  kept(name: string): Promise<string | null> {
    return guard(`read ${name}`, async () => (await this.database.get('keeps', name))?.content ?? null);
  }
}

/** Keeps records until the tab closes. */
export class MemoryShelf implements LabelShelf {
  readonly isLasting = false;
  #labels = new Map<string, LabelRecord>();
  #demonstrations = new Map<string, DemonstrationRecord>();
  #keeps = new Map<string, string>();

  async read(): Promise<ShelfContents> {
    return {
      labels: [...this.#labels.values()].sort(byTime),
      demonstrations: [...this.#demonstrations.values()].sort(byTime),
      damaged: [],
    };
  }

  async putLabels(records: readonly LabelRecord[]): Promise<void> {
    for (const record of records) this.#labels.set(record.id, record);
  }

  async putDemonstrations(records: readonly DemonstrationRecord[]): Promise<void> {
    for (const record of records) this.#demonstrations.set(record.id, record);
  }

  async removeLabels(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#labels.delete(id);
  }

  async removeDemonstrations(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#demonstrations.delete(id);
  }

  async keep(name: string, content: string | null): Promise<void> {
    if (content === null) this.#keeps.delete(name);
    else this.#keeps.set(name, content);
  }

  async kept(name: string): Promise<string | null> {
    return this.#keeps.get(name) ?? null;
  }
}
