/** What the database holds, at one moment: runs with their checkpoints, and rows that are not what they should be. */
import type { Database } from './database';
import { readStore, type DamagedRow } from './recordForms';
import type { CheckpointRecord, PackReference, RunRecord } from './records';

export interface RunEntry extends RunRecord {
  /** Oldest first. */
  readonly checkpoints: readonly CheckpointRecord[];
  /** Bytes that go when this run is deleted; what it shares with other runs is not counted. */
  readonly bytes: number;
}

export interface Survey {
  /** Those that are not deleted, the newest save first. */
  runs: RunEntry[];
  damaged: DamagedRow[];
}

export async function surveyRuns(database: Database): Promise<Survey> {
  const transaction = database.transaction(['runs', 'checkpoints']);
  const [runs, checkpoints] = await Promise.all([
    readStore('runs', transaction.objectStore('runs')),
    readStore('checkpoints', transaction.objectStore('checkpoints')),
  ]);
  const users = usersOfPacks(checkpoints);
  const entries = runs.whole
    .filter((run) => !run.isDeleted)
    .sort((a, b) => b.savedAt - a.savedAt)
    .map((run) => {
      const own = checkpoints.whole.filter((entry) => entry.run === run.id);
      const packs = new Map(own.flatMap(packsOf).map((pack) => [pack.hash, pack.bytes]));
      const alone = [...packs].filter(([hash]) => users.get(hash)?.size === 1);
      return { ...run, checkpoints: own, bytes: alone.reduce((sum, [, bytes]) => sum + bytes, 0) };
    });
  return { runs: entries, damaged: [...runs.damaged, ...checkpoints.damaged] };
}

/** Keys of everything that belongs to a run. */
export function rangeOf(run: string): IDBKeyRange {
  return IDBKeyRange.bound([run, -Infinity], [run, Infinity]);
}

const packsOf = ({ body, packs }: CheckpointRecord): PackReference[] => [body, ...packs];

/** The store of checkpoints, as it was read. */
interface ReadCheckpoints {
  readonly whole: readonly CheckpointRecord[];
  readonly damaged: readonly DamagedRow[];
}

/** Who uses each pack: runs, and damaged rows that still name it. */
export function usersOfPacks({ whole, damaged }: ReadCheckpoints): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  const note = (hash: string, user: string) => users.set(hash, (users.get(hash) ?? new Set()).add(user));
  for (const entry of whole) for (const { hash } of packsOf(entry)) note(hash, entry.run);
  for (const { key, packs } of damaged) for (const hash of packs) note(hash, `damaged row ${String(key)}`);
  return users;
}
