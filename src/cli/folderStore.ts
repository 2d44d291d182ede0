import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExperimentStore } from '../experiment/store';

/** Whether a process of this machine is alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true;
    return false;
  }
}

/** Keeps an experiment in a folder that several processes of one machine may share. */
export class FolderStore implements ExperimentStore {
  readonly #folder: string;
  readonly #pid: number;

  constructor(folder: string, pid = process.pid) {
    this.#folder = folder;
    this.#pid = pid;
  }

  async read(path: string): Promise<Uint8Array | null> {
    const file = join(this.#folder, path);
    return existsSync(file) ? new Uint8Array(await readFile(file)) : null;
  }

  async write(path: string, contents: Uint8Array | string): Promise<void> {
    const file = join(this.#folder, path);
    const draft = `${file}.${this.#pid}.draft`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, contents);
    await rename(draft, file);
  }

  async claim(id: string): Promise<boolean> {
    const file = this.#lockOf(id);
    await mkdir(dirname(file), { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        // Fails where the file exists: of several processes one gets through.
        await writeFile(file, String(this.#pid), { flag: 'wx' });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (!(await this.#clearStale(file))) return false;
      }
    }
    return false;
  }

  async release(id: string): Promise<void> {
    await rm(this.#lockOf(id), { force: true });
  }

  #lockOf(id: string): string {
    return join(this.#folder, 'jobs', id, 'lock');
  }

  /** Removes the claim of a process that has ended. @returns whether the way is free */
  async #clearStale(file: string): Promise<boolean> {
    const bytes = await this.read(file.slice(this.#folder.length + 1));
    if (!bytes) return true;
    const owner = Number(new TextDecoder().decode(bytes));
    // Between opening and writing a claim is empty for a moment: it belongs to somebody.
    if (!(owner > 0) || isAlive(owner)) return false;
    const moved = `${file}.${this.#pid}`;
    const isMoved = await rename(file, moved).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
    if (!isMoved) return true;
    // Somebody may have cleared and claimed it since it was read: then it goes back.
    const isStale = (await readFile(moved, 'utf8')) === String(owner);
    if (isStale) await rm(moved, { force: true });
    else await rename(moved, file);
    return isStale;
  }
}
