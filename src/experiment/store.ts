import { readOutside, refusal } from '../config/outside';
import type { Form } from './forms';

/**
 * Where an experiment keeps its jobs. The layer itself knows no file system: the command gives it a folder, a test a map.
 * Paths are relative, with forward slashes.
 */
export interface ExperimentStore {
  /** null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
  /** All or nothing: a reader sees the old contents or the new, never half. */
  write(path: string, contents: Uint8Array | string): Promise<void>;
  /**
   * Claims a job for this process. False while another living process holds it; the claim of a dead one is taken over.
   */
  claim(id: string): Promise<boolean>;
  release(id: string): Promise<void>;
}

/** Answers of a policy to all held-out prompts are the longest: below 10 MB. */
const FILE_LIMITS = { length: 64 << 20, depth: 24 };

const JOBS = 'jobs/';

/** A file of an experiment's folder; null where there is none. @throws StorageError as {@link parseFile} */
export async function readJson<T>(store: ExperimentStore, path: string, form: Form<T>): Promise<T | null> {
  const bytes = await store.read(path);
  return bytes && parseFile(bytes, path, form);
}

/** A job is done anew as a whole; a file beside the jobs is written anew by itself, and its folder is all of them. */
const remedyFor = (path: string) => `delete ${path.startsWith(JOBS) ? 'its folder' : 'it'} and start again`;

/** @throws StorageError with line and character, or with the field that does not fit its form */
export function parseFile<T>(bytes: Uint8Array, path: string, form: Form<T>): T {
  const file = { where: path, ...FILE_LIMITS, remedy: remedyFor(path) };
  if (bytes.length > FILE_LIMITS.length) throw refusal(file, `${bytes.length} bytes`, `at most ${FILE_LIMITS.length}`);
  return readOutside(new TextDecoder().decode(bytes), form, file);
}

/** Paths of one job's files. */
export const jobPaths = {
  result: (id: string) => `${JOBS}${id}/result.json`,
  /** Written last: a job without it is not done. */
  stamp: (id: string) => `${JOBS}${id}/stamp.json`,
  failure: (id: string) => `${JOBS}${id}/failure.json`,
  model: (id: string, name: string) => `${JOBS}${id}/${name}.safetensors`,
  data: (id: string, name: string) => `${JOBS}${id}/${name}.json`,
};
