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

export async function readJson<T>(store: ExperimentStore, path: string): Promise<T | null> {
  const bytes = await store.read(path);
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
}

/** Paths of one job's files. */
export const jobPaths = {
  result: (id: string) => `jobs/${id}/result.json`,
  /** Written last: a job without it is not done. */
  stamp: (id: string) => `jobs/${id}/stamp.json`,
  failure: (id: string) => `jobs/${id}/failure.json`,
  model: (id: string, name: string) => `jobs/${id}/${name}.safetensors`,
  data: (id: string, name: string) => `jobs/${id}/${name}.json`,
};
