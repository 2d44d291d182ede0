/** One tab trains a run at a time. The browser's locks tell the others, where it has them: not on plain http. */

export interface Lease {
  /** Stands in the run's record while this tab may save it: a save with another token changes nothing. */
  readonly token: string;
  /** Lets others have the run. */
  release(): void;
}

/** Not on plain http, and not in Node. */
const locksHere = (): LockManager | undefined => globalThis.navigator?.locks;

const nameOf = (run: string) => `rlhf-run/${run}`;

/** Unlike `crypto.randomUUID` this is there on plain http too. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Asks for a run.
 * @param takesOver takes it from the tab that has it, which hears of it through its own `onLost`
 * @param onLost called when another tab has taken it over
 * @returns null while another tab has it
 */
export async function leaseRun(run: string, takesOver: boolean, onLost: () => void): Promise<Lease | null> {
  const token = newId();
  // Without locks the token alone decides: whoever asked last may save.
  const locks = locksHere();
  if (!locks) return { token, release: () => undefined };
  return new Promise((resolve, reject) => {
    let isHeld = false;
    locks
      .request(nameOf(run), takesOver ? { steal: true } : { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null);
        isHeld = true;
        return new Promise<void>((release) => resolve({ token, release }));
      })
      .catch((error: unknown) => {
        if (isHeld && error instanceof DOMException && error.name === 'AbortError') onLost();
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
  });
}

/** The runs that some tab of this browser has. */
export async function leasedRuns(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await locksHere()?.query()) ?? {};
  const prefix = nameOf('');
  return new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])));
}
