import { deleteDB } from 'idb';
import type { RunSettings } from '../../src/config/config';
import { openDatabase, type Database } from '../../src/storage/database';
import type { SavedPlace, RunRecord } from '../../src/storage/records';
import { RunStore } from '../../src/storage/runStore';
import type { NewCheckpoint, RunNews } from '../../src/storage/saving';

export const settings: RunSettings = { version: 1, preset: 'nano', recipe: 'proven', overrides: {} };

export const placeAt = (step: number, stage: SavedPlace['stage'] = 'ppo'): SavedPlace => ({
  stage,
  step,
  totalSteps: 100,
  isDone: false,
});

export function aRun(id: string, writer: string | null = 'tab'): RunRecord {
  return {
    id,
    name: `run ${id}`,
    madeAt: 1000,
    savedAt: 1000,
    plan: 'ppo',
    settings,
    place: placeAt(0),
    summaries: {},
    origin: null,
    keepsAll: false,
    saves: 0,
    writer,
    isDeleted: false,
  };
}

export const newsAt = (step: number): RunNews => ({
  settings,
  plan: 'ppo',
  place: placeAt(step),
  summaries: {},
});

/** Weights that never change, and weights that do. */
const frozen = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i));

export function checkpointAt(step: number, changes: Partial<NewCheckpoint> = {}): NewCheckpoint {
  const data = Float32Array.from({ length: 1000 }, (_, i) => i + step);
  return {
    state: {
      manifest: { step },
      tensors: [
        { name: 'base/a', dtype: 'float32', shape: [1000, 3], data: frozen },
        { name: 'policy/a', dtype: 'float32', shape: [10, 100], data },
        { name: 'policy/ids', dtype: 'int32', shape: [3], data: Int32Array.of(step, -1, 7) },
      ],
    },
    kind: 'auto',
    place: placeAt(step),
    events: [{ type: 'said', step }],
    takenAt: 1000 + step,
    ...changes,
  };
}

let opened: { name: string; database: Database }[] = [];
let count = 0;

/** A store on a database of its own. */
export async function newStore(): Promise<RunStore> {
  const name = `test-${performance.now()}-${count++}`;
  const database = await openDatabase(name);
  opened.push({ name, database });
  return new RunStore(database);
}

/** Closes and deletes what {@link newStore} made. */
export async function forgetStores(): Promise<void> {
  for (const { name, database } of opened) {
    database.close();
    await deleteDB(name);
  }
  opened = [];
}
