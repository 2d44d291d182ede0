import { slow } from '../messages/en/slow';
import { heatScale } from '../state/heat';
import type { PpoPhaseName } from '../../worker/protocol';
import type { BatchNumbers, CellKey } from './batchNumbers';

/** A row of heat cells under the tokens of an answer. */
export interface CellRow {
  key: CellKey;
  label: () => string;
  symbol: string;
  /** One hue for numbers of one sign; else blue and orange around zero. */
  isSequential: boolean;
  digits: number;
  /** Numbers below zero as well as above carry their sign. */
  isSigned: boolean;
  /** What counts as neutral; a ratio is neutral at 1. */
  centre: number;
}

function row(key: CellKey, label: () => string, symbol: string, more: Partial<CellRow> = {}): CellRow {
  return { key, label, symbol, isSequential: false, digits: 2, isSigned: true, centre: 0, ...more };
}

const PLAIN = { isSequential: true, isSigned: false };

const ROWS: Record<CellKey, CellRow> = {
  logprobs: row('logprobs', slow.rowLogprobs, 'log π', PLAIN),
  referenceLogprobs: row('referenceLogprobs', slow.rowReference, 'log π_ref', PLAIN),
  entropy: row('entropy', slow.rowEntropy, 'H', PLAIN),
  kl: row('kl', slow.rowKl, 'kₜ'),
  rewards: row('rewards', slow.rowReward, 'rₜ', { digits: 3 }),
  values: row('values', slow.rowValue, 'Vₜ'),
  surprise: row('surprise', slow.rowSurprise, 'δₜ'),
  rawAdvantages: row('rawAdvantages', slow.rowAdvantage, 'Aₜ'),
  returns: row('returns', slow.rowReturn, 'Aₜ+Vₜ'),
  advantages: row('advantages', slow.rowWhitened, 'Âₜ'),
  newLogprobs: row('newLogprobs', slow.rowNewLogprobs, 'log π_new', PLAIN),
  ratio: row('ratio', slow.rowRatio, 'ρₜ', { isSigned: false, centre: 1 }),
  newValues: row('newValues', slow.rowNewValue, 'V_new'),
};

const READING: readonly (readonly CellKey[])[] = [['logprobs', 'referenceLogprobs', 'entropy'], ['values']];
const EARNING: readonly (readonly CellKey[])[] = [
  ['logprobs', 'referenceLogprobs'],
  ['kl', 'rewards', 'values'],
  ['surprise', 'rawAdvantages', 'returns'],
];
const UPDATING: readonly (readonly CellKey[])[] = [
  ['advantages', 'logprobs', 'newLogprobs', 'ratio'],
  ['returns', 'values', 'newValues'],
];

/** Groups of rows that belong to a phase: what it needs, what it makes and, dashed, what comes next. */
export function rowGroups(phase: PpoPhaseName): CellRow[][] {
  const groups =
    phase === 'minibatch' || phase === 'result'
      ? UPDATING
      : phase === 'rewards' || phase === 'credit'
        ? EARNING
        : READING;
  return groups.map((keys) => keys.map((key) => ROWS[key]));
}

/** A scale of the map or of a row; ratios are measured against the clip, so that what was clipped stands out. */
export function rowScale(row: CellRow, numbers: BatchNumbers): number {
  if (row.key === 'ratio') return 2 * numbers.settings.clipRange;
  return heatScale(numbers.all(row.key).map((value) => value - row.centre));
}

/** What the map of the batch shows unless something else is asked for. */
export const MAP_KEY: Record<PpoPhaseName, CellKey | null> = {
  sample: null,
  score: null,
  readings: 'logprobs',
  rewards: 'rewards',
  credit: 'rawAdvantages',
  minibatch: 'ratio',
  result: 'ratio',
};

/** Rows that the map can show now. */
export function mappableRows(numbers: BatchNumbers): readonly CellRow[] {
  const row = numbers.update?.rows[0] ?? 0;
  return Object.values(ROWS).filter(({ key }) => numbers.value(key, row, 0) !== null);
}

export function cellRow(key: CellKey): CellRow {
  return ROWS[key];
}
