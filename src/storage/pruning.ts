import type { CheckpointRecord } from './records';

/** Autosaves of a run that are kept: the newest, and the one before in case the newest does not read back whole. */
export const AUTOSAVES_KEPT = 2;

/**
 * The checkpoints of one run that make way. Kept are the newest autosaves, the newest end of every stage, and pinned ones.
 * @param checkpoints of one run, in any order
 * @param keepsAll keeps them all
 */
export function checkpointsToDrop(
  checkpoints: readonly CheckpointRecord[],
  keepsAll: boolean,
): readonly CheckpointRecord[] {
  if (keepsAll) return [];
  const newestFirst = [...checkpoints].sort((a, b) => b.number - a.number);
  const recent = newestFirst.slice(0, AUTOSAVES_KEPT);
  const stages = new Set<string | null>();
  return newestFirst.filter((checkpoint) => {
    const { kind, isPinned, place } = checkpoint;
    const isEnd = kind === 'stage' && !stages.has(place.stage);
    if (kind === 'stage') stages.add(place.stage);
    return !(isPinned || isEnd || recent.includes(checkpoint));
  });
}
