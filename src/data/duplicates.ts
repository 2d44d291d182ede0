/** The form in which prompts are compared: lower case, single spaces. */
export function promptKey(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}

function commonPrefix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/** Whether the common beginning of two keys is longer than `share` of the longer one. */
export function isNearDuplicate(a: string, b: string, share: number): boolean {
  return commonPrefix(a, b) > share * Math.max(a.length, b.length);
}

/** All accepted keys in alphabetical order: those that begin alike are neighbours. */
export class KeyIndex {
  readonly #keys: string[] = [];

  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What stands against accepting the key. */
  conflict(key: string, share: number): 'exact' | 'near' | null {
    const position = this.#position(key);
    if (this.#keys[position] === key) return 'exact';
    for (const step of [-1, 1]) {
      for (let i = step < 0 ? position - 1 : position; i >= 0 && i < this.#keys.length; i += step) {
        // Further away the common beginning only gets shorter.
        if (commonPrefix(key, this.#keys[i]) <= share * key.length) break;
        if (isNearDuplicate(key, this.#keys[i], share)) return 'near';
      }
    }
    return null;
  }

  add(key: string): void {
    this.#keys.splice(this.#position(key), 0, key);
  }
}
