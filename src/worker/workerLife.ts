/**
 * How a page learns that its worker is gone: a browser that ends one says nothing about it. The worker holds a lock of the
 * browser for as long as it lives, and the page waits for that lock. Without locks, as on plain http, nothing is noticed.
 */

/** Said once, when the lock is held. */
export interface Alive {
  type: 'alive';
}

const lockOf = (name: string) => `rlhf-worker/${name}`;

/** In the worker. @param name that its page gave it; empty for workers that nobody watches */
export function holdLife(name: string, say: (alive: Alive) => void): void {
  const locks = globalThis.navigator?.locks;
  if (!locks || name === '') return;
  void locks.request(lockOf(name), () => {
    say({ type: 'alive' });
    return new Promise(() => undefined);
  });
}

/**
 * In the page, once the worker has said that it is alive.
 * @param onGone called when it has ended, whoever ended it
 * @returns stops waiting
 */
export function watchLife(name: string, onGone: () => void): () => void {
  const waiting = new AbortController();
  navigator.locks.request(lockOf(name), { signal: waiting.signal }, onGone).catch((error: unknown) => {
    if (!waiting.signal.aborted) throw error;
  });
  return () => waiting.abort();
}
