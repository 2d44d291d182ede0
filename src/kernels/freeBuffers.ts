const keyOf = (size: number, usage: number) => `${size}_${usage}`;

/** Released buffers by size and usage; the one released last is taken first, so that unneeded ones grow old. */
export class FreeBuffers {
  readonly #lists = new Map<string, { buffer: GPUBuffer; since: number }[]>();
  #step = 0;

  constructor(readonly destroy: (buffer: GPUBuffer) => void) {}

  put(buffer: GPUBuffer): void {
    const key = keyOf(buffer.size, buffer.usage);
    const entry = { buffer, since: this.#step };
    const list = this.#lists.get(key);
    if (list) list.push(entry);
    else this.#lists.set(key, [entry]);
  }

  take(size: number, usage: number): GPUBuffer | null {
    return this.#lists.get(keyOf(size, usage))?.pop()?.buffer ?? null;
  }

  /** One step later; destroys what has been free for more than `most` of them. */
  grow(most: number): void {
    this.#step++;
    for (const [key, list] of this.#lists) {
      while (list.length > 0 && this.#step - list[0].since > most) this.destroy(list.shift()!.buffer);
      if (list.length === 0) this.#lists.delete(key);
    }
  }

  clear(): void {
    for (const list of this.#lists.values()) for (const { buffer } of list) this.destroy(buffer);
    this.#lists.clear();
  }
}
