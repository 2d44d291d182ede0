import * as v from 'valibot';
import { checkForm, readOutsideJson } from '../../config/outside';
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

/** What a page of this origin has kept: nothing is believed of it but what is checked here. */
const FORM = {
  where: 'evaluation results of earlier visits',
  length: 32 << 20,
  depth: 24,
  remedy: 'delete them under Settings and measure again',
};

/** The frame of a result. Its figures are drawn by whoever finds them, and missing ones are left out. */
const recordSchema = v.looseObject({
  requestId: v.pipe(v.number(), v.safeInteger()),
  runName: v.string(),
  engine: v.string(),
  whenMs: v.number(),
  state: v.literal('done'),
  request: v.looseObject({}),
  moment: v.looseObject({}),
  progress: v.strictObject({ done: v.number(), total: v.number() }),
  seconds: v.nullable(v.number()),
  figures: v.looseObject({}),
  pairs: v.array(v.looseObject({})),
  votes: v.array(v.looseObject({})),
});
const keptSchema = v.strictObject({
  version: v.literal(VERSION),
  records: v.pipe(v.array(recordSchema), v.maxLength(MOST_KEPT)),
});

/**
 * What {@link writeRecords} wrote on an earlier visit, each marked as such; none of another version of the page.
 * @throws StorageError when it is not such a text
 */
export function readRecords(content: string): EvaluationRecord[] {
  const value = readOutsideJson(content, FORM);
  if (typeof value === 'object' && value !== null && 'version' in value && value.version !== VERSION) return [];
  const { records } = checkForm(keptSchema, value, FORM);
  return records.map((record) => ({ ...(unmarked(record) as EvaluationRecord), isEarlier: true }));
}

/** The numbers that could not be measured, put back. */
function unmarked(value: unknown): unknown {
  if (value === NOT_A_NUMBER) return NaN;
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unmarked(part)]));
}
