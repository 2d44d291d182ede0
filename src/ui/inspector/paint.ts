import type { TokenNumbers } from '../../worker/protocol';
import { klShares, ratios } from './tokenFacts';

export const PAINTS = ['advantage', 'KL', 'reward', 'value', 'return', 'log-prob', 'entropy', 'ratio', 'none'] as const;
export type Paint = (typeof PAINTS)[number];

/** The number behind each colour, one per answer token; null where there is none. A ratio is painted by its distance from 1. */
export function paintValues(numbers: TokenNumbers, paint: Paint): readonly number[] | null {
  const { credit } = numbers;
  switch (paint) {
    case 'advantage':
      return credit && credit.advantages;
    case 'KL':
      return klShares(numbers);
    case 'reward':
      return credit && credit.rewards;
    case 'value':
      return credit && credit.values;
    case 'return':
      return credit && credit.returns;
    case 'log-prob':
      return numbers.logprobs;
    case 'entropy':
      return numbers.entropies;
    case 'ratio':
      return ratios(numbers)?.map((ratio) => ratio - 1) ?? null;
    case 'none':
      return null;
    default:
      return paint satisfies never;
  }
}

/** Log-probabilities and entropies have one sign and take the single-hue map; the others diverge around zero. */
export function isSequential(paint: Paint): boolean {
  return paint === 'log-prob' || paint === 'entropy';
}

/** The end of the colour scale: the largest size among the values, rounded up to one digit so that it can be read. */
export function paintScale(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const unit = 10 ** Math.floor(Math.log10(largest));
  return Math.ceil(largest / unit - 1e-9) * unit;
}

/** The colour token of a value: `pos1..4`, `neg1..4`, `q1..4`, or `s2` close to zero. */
export function paintToken(value: number, scale: number, paint: Paint): string {
  const level = Math.min(4, Math.ceil((Math.abs(value) / scale) * 4.5 - 0.5));
  if (isSequential(paint)) return `q${Math.max(1, level)}`;
  if (level <= 0) return 's2';
  return value > 0 ? `pos${level}` : `neg${level}`;
}
