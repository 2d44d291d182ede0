import type { LabelRecord } from '../../worker/protocol';
import { countPairs } from './rankDraft';

/** One person's work so far. */
export interface DeskStats {
  /** Rankings that teach something; skipped ones and items that came back are not counted. */
  items: number;
  pairs: number;
  skipped: number;
  medianSeconds: number | null;
  /** Over items that came back: pairs ordered both times, and how many of them alike. */
  repeats: { items: number; pairs: number; same: number };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Sums up the records of one labeler. */
export function deskStats(records: readonly LabelRecord[]): DeskStats {
  const judged = records.filter(({ label }) => label.skipped === undefined);
  const first = judged.filter(({ repeatOf }) => repeatOf === null);
  const stats: DeskStats = {
    items: first.length,
    pairs: first.reduce((sum, { label }) => sum + countPairs(label.ranks).pairs, 0),
    skipped: records.length - judged.length,
    medianSeconds: median(judged.flatMap(({ label }) => label.seconds ?? [])),
    repeats: { items: 0, pairs: 0, same: 0 },
  };
  for (const again of judged) {
    const before = again.repeatOf === null ? undefined : first.find(({ id }) => id === again.repeatOf);
    if (before === undefined) continue;
    const { pairs, same } = compareOrders(before.label, again.label);
    stats.repeats = {
      items: stats.repeats.items + 1,
      pairs: stats.repeats.pairs + pairs,
      same: stats.repeats.same + same,
    };
  }
  return stats;
}

type Judged = LabelRecord['label'];

/** Pairs of answers that both labels order, and how many alike; the labels may show the answers in different order. */
function compareOrders(a: Judged, b: Judged): { pairs: number; same: number } {
  const rankIn = (label: Judged, text: string) => label.ranks[label.answers.indexOf(text)] ?? null;
  let [pairs, same] = [0, 0];
  for (let i = 0; i < a.answers.length; i++)
    for (let j = i + 1; j < a.answers.length; j++) {
      const [x, y] = [rankIn(a, a.answers[i]), rankIn(a, a.answers[j])];
      const [u, v] = [rankIn(b, a.answers[i]), rankIn(b, a.answers[j])];
      if (x === null || y === null || u === null || v === null || x === y || u === v) continue;
      pairs++;
      same += Number(x < y === u < v);
    }
  return { pairs, same };
}

/** One item in so many comes back. */
const REPEAT_EVERY = 10;
/** Items between the two times, so that the first answer is not just remembered. */
const REPEAT_AFTER = 5;

/** The record whose item should come back now, or null. Every tenth turn shows the oldest one that has not come back. */
export function dueRepeat(records: readonly LabelRecord[]): LabelRecord | null {
  if ((records.length + 1) % REPEAT_EVERY !== 0) return null;
  const again = new Set(records.map(({ repeatOf }) => repeatOf));
  const candidates = records
    .slice(0, -REPEAT_AFTER)
    .filter(({ id, label, repeatOf }) => label.skipped === undefined && repeatOf === null && !again.has(id));
  return candidates[0] ?? null;
}
