import type { ExperimentStore } from '../../src/experiment/store';

/** An experiment's store in memory; claims as a folder gives them to one process. */
export class MapStore implements ExperimentStore {
  readonly files: Map<string, Uint8Array | string>;
  readonly claims = new Set<string>();

  constructor(files: ReadonlyMap<string, Uint8Array | string> = new Map()) {
    this.files = new Map(files);
  }

  read(path: string) {
    const contents = this.files.get(path) ?? null;
    return Promise.resolve(typeof contents === 'string' ? new TextEncoder().encode(contents) : contents);
  }

  write(path: string, contents: Uint8Array | string) {
    this.files.set(path, contents);
    return Promise.resolve();
  }

  claim(id: string) {
    if (this.claims.has(id)) return Promise.resolve(false);
    this.claims.add(id);
    return Promise.resolve(true);
  }

  release(id: string) {
    this.claims.delete(id);
    return Promise.resolve();
  }
}
