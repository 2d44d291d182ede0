/**
 * The form of what stands in the database. Rows are written by this page alone, but disks fail, browsers restore half a
 * profile, and people open developer tools: every row is held against its form as it is read. One that does not fit is
 * named and left out; the others count.
 */
import * as v from 'valibot';
import { parseSettings } from '../config/config';
import { ConfigError } from '../config/errors';
import { shownName } from '../config/hiddenText';
import { complaint } from '../config/outside';
import { parseRecord } from '../data/labelLines';
import type { CheckpointRecord, DemonstrationRecord, JournalRecord, LabelRecord, RunRecord } from './records';

/** A row that does not have the form of its store. */
export interface DamagedRow {
  readonly store: keyof Forms;
  readonly key: IDBValidKey;
  /** The row, the field, what stands there and what was expected, for people. */
  readonly reason: string;
  /** Packs that it names all the same, wherever in it: they are not let go before the row is. */
  readonly packs: readonly string[];
}

interface Forms {
  runs: RunRecord;
  checkpoints: CheckpointRecord;
  journal: JournalRecord;
  labels: LabelRecord;
  demonstrations: DemonstrationRecord;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(v.number(), v.finite());
const stage = v.picklist(['pretrain', 'sft', 'rm', 'ppo']);
const place = v.object({ stage: v.nullable(stage), step: count, totalSteps: count, isDone: v.boolean() });
const HASH = /^[0-9a-f]{64}$/;
const pack = v.object({ hash: v.pipe(v.string(), v.regex(HASH)), bytes: count });

const settings = v.custom<RunRecord['settings']>((value) => {
  try {
    parseSettings(value);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}, 'settings of this version of the page');

const labelOf = (kind: 'ranking' | 'demonstration') =>
  v.custom<object>((value) => typeof value === 'object' && value !== null && kind in parseRecord(value), `a ${kind}`);

const FORMS: { readonly [Store in keyof Forms]: v.GenericSchema } = {
  runs: v.object({
    id: v.string(),
    name: v.string(),
    madeAt: time,
    savedAt: time,
    plan: v.picklist(['ppo', 'all', 'scratch']),
    settings,
    place,
    summaries: v.record(stage, v.record(v.string(), v.number())),
    origin: v.nullable(v.object({ name: v.string(), place })),
    keepsAll: v.boolean(),
    saves: count,
    writer: v.nullable(v.string()),
    isDeleted: v.boolean(),
  }),
  checkpoints: v.object({
    run: v.string(),
    number: count,
    takenAt: time,
    kind: v.picklist(['auto', 'stage']),
    isPinned: v.boolean(),
    place,
    body: pack,
    packs: v.array(pack),
  }),
  journal: v.object({ run: v.string(), number: count, events: v.array(v.looseObject({ type: v.string() })) }),
  labels: v.object({
    id: v.string(),
    madeAt: time,
    label: labelOf('ranking'),
    repeatOf: v.nullable(v.string()),
    drawnAs: v.nullable(v.number()),
  }),
  demonstrations: v.object({ id: v.string(), madeAt: time, demonstration: labelOf('demonstration') }),
};

/** What people call a row: its name, else its key. */
function titleOf(row: unknown, key: IDBValidKey): string {
  const { name } = (row ?? {}) as { name?: unknown };
  return shownName(typeof name === 'string' ? name : String(key));
}

/** Everything in a row of any form that looks like the name of a pack. */
function namedPacks(row: unknown): string[] {
  const found = new Set<string>();
  const seen = new Set<unknown>();
  const look = (part: unknown): void => {
    if (typeof part === 'string' && HASH.test(part)) found.add(part);
    if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part) || seen.has(part)) return;
    seen.add(part);
    Object.values(part).forEach(look);
  };
  look(row);
  return [...found];
}

/** Parts the rows of a store. @param keys of the rows, in the same order */
export function readRows<Store extends keyof Forms>(
  store: Store,
  rows: readonly unknown[],
  keys: readonly IDBValidKey[],
): { whole: Forms[Store][]; damaged: DamagedRow[] } {
  const whole: Forms[Store][] = [];
  const damaged: DamagedRow[] = [];
  rows.forEach((row, i) => {
    const result = v.safeParse(FORMS[store], row, { abortEarly: true });
    if (result.success) return void whole.push(row as Forms[Store]);
    const { what, expected } = complaint(result.issues);
    const reason = `${store}, ${titleOf(row, keys[i])}: ${what}; expected ${expected}`;
    damaged.push({ store, key: keys[i], reason, packs: namedPacks(row) });
  });
  return { whole, damaged };
}

/** All rows of a store, parted. Both questions are asked at once, so that no other transaction comes between. */
export async function readStore<Store extends keyof Forms>(
  store: Store,
  source: { getAll(): Promise<unknown[]>; getAllKeys(): Promise<IDBValidKey[]> },
): Promise<{ whole: Forms[Store][]; damaged: DamagedRow[] }> {
  const [rows, keys] = await Promise.all([source.getAll(), source.getAllKeys()]);
  return readRows(store, rows, keys);
}
