/** Not every browser offers to install a page; those that do send this event. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

/**
 * `insecure`: plain http, where browsers keep nothing. `none`: a window that keeps nothing, or the development server.
 * `interrupted`: a file did not arrive; what did is kept, and the rest is asked for again.
 */
export type OfflineState = 'unknown' | 'waiting' | 'interrupted' | 'ready' | 'insecure' | 'none';

/** How long an interrupted copy rests before it goes on: the longer, the more often that failed. */
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 300_000;

/** The copy of the page that opens without a network, and the new version that waits for the visitor's word. */
export class Offline {
  state = $state<OfflineState>('unknown');
  #waiting = $state.raw<ServiceWorker | null>(null);
  #installPrompt = $state.raw<InstallPromptEvent | null>(null);
  #restMs = FIRST_REST_MS;

  get hasNewVersion(): boolean {
    return this.#waiting !== null;
  }

  get canInstall(): boolean {
    return this.#installPrompt !== null;
  }

  /** Starts keeping the page, once it is on screen: the copy must not compete with what the visitor waits for. */
  connect(isBuilt: boolean): () => void {
    const onPrompt = (event: Event) => {
      event.preventDefault();
      this.#installPrompt = event as InstallPromptEvent;
    };
    window.addEventListener('beforeinstallprompt', onPrompt);
    void this.#register(isBuilt);
    return () => window.removeEventListener('beforeinstallprompt', onPrompt);
  }

  async #register(isBuilt: boolean): Promise<void> {
    if (!window.isSecureContext) this.state = 'insecure';
    else if (!isBuilt || !('serviceWorker' in navigator)) this.state = 'none';
    else {
      try {
        this.#watch(await navigator.serviceWorker.register('./sw.js'));
      } catch (error) {
        // A TypeError means that the worker's file did not arrive; private windows refuse with others.
        if (error instanceof TypeError) this.#tryAgain();
        else this.state = 'none';
      }
    }
  }

  /** Follows the worker that is being installed, whether or not it began before anybody could listen. */
  #watch(registration: ServiceWorkerRegistration): void {
    this.state = 'waiting';
    const onChange = (event: Event) => {
      this.#offer(registration);
      const isGone = event.target instanceof ServiceWorker && event.target.state === 'redundant';
      if (isGone && registration.active === null) this.#tryAgain();
    };
    const follow = () => registration.installing?.addEventListener('statechange', onChange);
    follow();
    registration.addEventListener('updatefound', follow);
    this.#offer(registration);
    void navigator.serviceWorker.ready.then(() => (this.state = 'ready'));
  }

  /** A weak network drops files. The next try fetches only what is missing, at once where the network has come back. */
  #tryAgain(): void {
    this.state = 'interrupted';
    const goOn = () => {
      clearTimeout(timer);
      window.removeEventListener('online', goOn);
      void this.#register(true);
    };
    const timer = setTimeout(goOn, this.#restMs);
    window.addEventListener('online', goOn);
    this.#restMs = Math.min(2 * this.#restMs, LONGEST_REST_MS);
  }

  /** A version that waits beside an active one is a new one; the first ever takes over by itself. */
  #offer(registration: ServiceWorkerRegistration): void {
    this.#waiting = registration.active === null ? null : registration.waiting;
  }

  /** Takes the new version; the page reloads as soon as it is in charge. */
  update(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    this.#waiting?.postMessage('activate');
  }

  async install(): Promise<void> {
    await this.#installPrompt?.prompt();
    this.#installPrompt = null;
  }
}

/** Bytes this page keeps on the device, or null where the browser does not say. */
export async function storageBytes(): Promise<number | null> {
  const { usage } = (await navigator.storage?.estimate?.()) ?? {};
  return usage ?? null;
}

/** Deletes the offline copy and stops keeping one until the next visit. */
export async function deleteOfflineCopy(): Promise<void> {
  if ('serviceWorker' in navigator)
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  if ('caches' in window) for (const name of await caches.keys()) await caches.delete(name);
}

/** Deletes every database of the page. Whoever has one open has to let go of it first. */
export async function deleteDatabases(): Promise<void> {
  for (const { name } of (await indexedDB.databases?.()) ?? []) {
    if (name === undefined) continue;
    await new Promise<void>((resolve) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = request.onerror = () => resolve();
    });
  }
}
