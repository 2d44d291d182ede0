/** What the page remembers between visits. Storage may be closed (private windows): then nothing is remembered. */
const PREFIX = 'rlhf.';

export function readPreference<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
  try {
    const stored = localStorage.getItem(PREFIX + name);
    return allowed.find((value) => value === stored) ?? fallback;
  } catch {
    return fallback;
  }
}

export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A closed storage only costs the memory of a choice.
  }
}

export function readListPreference(name: string): string[] | null {
  try {
    const stored = localStorage.getItem(PREFIX + name);
    return stored === null ? null : stored.split(' ').filter((word) => word !== '');
  } catch {
    return null;
  }
}

/** Forgets everything remembered here, also what other parts of the page wrote through this file. */
export function forgetPreferences(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Nothing was remembered.
  }
}
