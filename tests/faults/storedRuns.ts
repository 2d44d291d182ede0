import type { Page } from 'playwright-core';
import { DATABASE_NAME } from '../../src/storage/database';

export interface StoredCheckpoint {
  run: string;
  number: number;
  takenAt: number;
  stage: string | null;
  step: number;
  isDone: boolean;
  /** Every pack is there and hashes to its name. */
  isWhole: boolean;
}

/**
 * Reads what the page has stored with the bare means of the browser, so that the page's own code is not asked whether
 * its own work is whole.
 */
export function readCheckpoints(page: Page): Promise<StoredCheckpoint[]> {
  return page.evaluate(async (name) => {
    interface Pack {
      hash: string;
      bytes: Uint8Array<ArrayBuffer>;
    }
    interface Entry {
      run: string;
      number: number;
      takenAt: number;
      place: { stage: string | null; step: number; isDone: boolean };
      body: { hash: string };
      packs: { hash: string }[];
    }
    const known = await indexedDB.databases();
    if (!known.some((database) => database.name === name)) return [];
    // In a list, because the runner gives functions with a name a helper that the page does not have.
    const [answer] = [
      <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        }),
    ];
    const database = await answer(indexedDB.open(name));
    try {
      const stores = database.transaction(['checkpoints', 'packs']);
      const entries = answer<Entry[]>(stores.objectStore('checkpoints').getAll());
      const packs = answer<Pack[]>(stores.objectStore('packs').getAll());
      const whole = new Set<string>();
      for (const { hash, bytes } of await packs) {
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        if (Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === hash) whole.add(hash);
      }
      return (await entries).map(({ run, number, takenAt, place, body, packs }) => ({
        run,
        number,
        takenAt,
        stage: place.stage,
        step: place.step,
        isDone: place.isDone,
        isWhole: [body, ...packs].every(({ hash }) => whole.has(hash)),
      }));
    } finally {
      database.close();
    }
  }, DATABASE_NAME);
}
