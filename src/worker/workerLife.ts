/**
 * How a page learns that its worker is gone: a browser that ends one says nothing about it. The worker holds something for
 * as long as it lives, and the page waits for it: a lock of the browser or, on plain http, where there are none, a database
 * of its own, which can only be deleted once nobody has it open. Neither asks how long anything takes: a long step or a
 * device that sleeps is no worker that is gone. Where there are neither locks nor databases nothing is noticed.
 */

/** Said once, when it is held. */
export interface Alive {
  type: 'alive';
}

const nameOf = (worker: string) => `rlhf-worker/${worker}`;

/** In the worker. @param name that its page gave it; empty for workers that nobody watches */
export function holdLife(name: string, say: (alive: Alive) => void): void {
  if (name === '') return;
  const tell = () => say({ type: 'alive' });
  const locks = globalThis.navigator?.locks;
  if (locks) void locks.request(nameOf(name), () => (tell(), new Promise(() => undefined)));
  else holdDatabase(name, tell);
}

/** A connection that nothing refers to may be collected, and closed with it. */
const held = new Set<IDBDatabase>();

function holdDatabase(name: string, tell: () => void): void {
  const opening = globalThis.indexedDB?.open(nameOf(name));
  if (!opening) return;
  opening.onsuccess = () => {
    // It does not make way for the page, which gets it only when this worker has ended.
    held.add(opening.result);
    tell();
  };
  // Some private windows have none: nothing was said, so nobody waits.
  opening.onerror = (event) => event.preventDefault();
}

/**
 * In the page, once the worker has said that it is alive.
 * @param onGone called when it has ended, whoever ended it
 * @returns stops waiting
 */
export function watchLife(name: string, onGone: () => void): () => void {
  const waiting = new AbortController();
  const { signal } = waiting;
  if (navigator.locks)
    navigator.locks.request(nameOf(name), { signal }, onGone).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  else
    indexedDB.deleteDatabase(nameOf(name)).onsuccess = () => {
      if (!signal.aborted) onGone();
    };
  return () => waiting.abort();
}
