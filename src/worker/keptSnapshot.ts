import { StorageError } from '../config/errors';
import { checkManifest } from '../pipeline/manifest';
import type { RunSnapshot } from '../pipeline/snapshot';
import type { LoadedCheckpoint, RunStore } from '../storage/runStore';

/** @param number of a save; the newest by default. @throws StorageError when no checkpoint of the run up to it is whole */
export async function loadWhole(store: RunStore, id: string, number?: number): Promise<LoadedCheckpoint> {
  const loaded = await store.load(id, number);
  if (loaded === null)
    throw new StorageError(
      `library: run ${id} has no checkpoint that is whole; expected at least one; delete the run, or import an archive of it.`,
    );
  return loaded;
}

/** The state that a checkpoint holds. Its manifest bears the id of the run: copies share the bytes of the original. */
export function snapshotOf({ run, state }: LoadedCheckpoint): RunSnapshot {
  const manifest = checkManifest(state.manifest, `run ${run.name}`);
  return { manifest: { ...manifest, runId: run.id }, tensors: state.tensors };
}
