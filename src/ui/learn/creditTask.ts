import type { PhaseReport } from '../../worker/protocol';
import { BatchNumbers } from '../slow/batchNumbers';

/** The last three tokens of one real answer, oldest first, with what is needed to work out their advantages by hand. */
export interface CreditTask {
  row: number;
  prompt: string;
  /** 1-based places in the answer, as slow motion counts them. */
  places: number[];
  tokens: string[];
  rewards: number[];
  values: number[];
  gamma: number;
  lambda: number;
  delta: number[];
  advantage: number[];
}

/** Decimals that the card shows and the learner works with. */
const DIGITS = 3;
const TOKENS = 3;
const rounded = (value: number) => Number(value.toFixed(DIGITS));

/** @param phases stops of one iteration @returns null before its advantages are known */
export function creditTask(phases: readonly PhaseReport[]): CreditTask | null {
  const end = phases.findIndex(({ phase }) => phase === 'credit');
  if (end < 0) return null;
  const numbers = new BatchNumbers(phases.slice(0, end + 1));
  const row = pickRow(numbers);
  if (row < 0) return null;
  const from = numbers.length(row) - TOKENS;
  const places = Array.from({ length: TOKENS }, (_, i) => from + i);
  const column = (key: 'values' | 'surprise' | 'rawAdvantages') =>
    places.map((t) => rounded(numbers.value(key, row, t) ?? 0));
  return {
    row,
    prompt: numbers.answers[row].prompt,
    places: places.map((t) => t + 1),
    tokens: places.map((t) => numbers.answers[row].tokens[t]),
    rewards: places.map((t) => rounded(numbers.rewardUsed(row, t) ?? 0)),
    values: column('values'),
    gamma: numbers.settings.gamma,
    lambda: numbers.settings.lambda,
    delta: column('surprise'),
    advantage: column('rawAdvantages'),
  };
}

/** The first answer that ends by itself and is short enough to be seen whole. */
function pickRow(numbers: BatchNumbers): number {
  const fits = (row: number) => numbers.length(row) >= TOKENS + 1 && numbers.length(row) <= 14;
  const rows = numbers.answers.map((_, row) => row).filter(fits);
  return rows.find((row) => numbers.answers[row].ended) ?? rows[0] ?? -1;
}
