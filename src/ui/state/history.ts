import type { Completion } from '../../worker/protocol';

export interface CompletionSnapshot {
  step: number;
  items: Completion[];
}

/** Snapshots kept per policy and stage before old ones are thinned out. */
const HISTORY_LIMIT = 64;

/**
 * Adds a snapshot; when the list is full, drops the inner one whose neighbours are closest in relative terms.
 * Early steps, where answers change fastest, stay dense; the newest and the pinned ones are always kept.
 */
export function rememberSnapshot(
  history: readonly CompletionSnapshot[],
  next: CompletionSnapshot,
  pinned: readonly number[] = [],
): CompletionSnapshot[] {
  const kept = [...history.filter((snapshot) => snapshot.step < next.step), next];
  if (kept.length <= HISTORY_LIMIT) return kept;
  let weakest = -1;
  let smallest = Infinity;
  for (let i = 1; i < kept.length - 1; i++) {
    if (pinned.includes(kept[i].step)) continue;
    const gap = (kept[i + 1].step - kept[i - 1].step) / (kept[i].step + 1);
    if (gap < smallest) [smallest, weakest] = [gap, i];
  }
  return kept.filter((_, i) => i !== weakest);
}
