import type { EvaluationRecord } from './evaluation.svelte';

/** Moves whenever records change their form: what an older page kept is then left alone. */
const VERSION = 1;
/** Results kept over a reload, the newest ones. */
const MOST_KEPT = 8;
/** JSON has no word for a number that could not be measured. */
const NOT_A_NUMBER = '#NaN';

/** Results that are over, as a text to be kept; null when there are none. */
export function writeRecords(records: readonly EvaluationRecord[]): string | null {
  const over = records.filter(({ state }) => state === 'done').slice(-MOST_KEPT);
  if (over.length === 0) return null;
  const mark = (_key: string, value: unknown) => (Number.isNaN(value) ? NOT_A_NUMBER : value);
  return JSON.stringify({ version: VERSION, records: over }, mark);
}

/** What {@link writeRecords} wrote on an earlier visit, each marked as such. */
export function readRecords(content: string): EvaluationRecord[] {
  const unmark = (_key: string, value: unknown) => (value === NOT_A_NUMBER ? NaN : value);
  const { version, records } = JSON.parse(content, unmark) as { version: number; records: EvaluationRecord[] };
  return version === VERSION ? records.map((record) => ({ ...record, isEarlier: true })) : [];
}
