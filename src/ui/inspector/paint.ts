import type { TokenNumbers } from '../../worker/protocol';
import { heatToken } from '../state/heat';
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

/** The colour token of a value on a scale. */
export function paintToken(value: number, scale: number, paint: Paint): string {
  return heatToken(value, scale, isSequential(paint));
}
