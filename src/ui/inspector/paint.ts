import type { Inspection } from '../../worker/protocol';

export const PAINTS = ['advantage', 'KL', 'value', 'log-prob', 'entropy', 'none'] as const;
export type Paint = (typeof PAINTS)[number];

/** The number behind each colour: one per answer token, or null for no paint. */
export function paintValues(inspection: Inspection, paint: Paint): readonly number[] | null {
  switch (paint) {
    case 'advantage':
      return inspection.advantages;
    case 'KL':
      return klShares(inspection);
    case 'value':
      return inspection.values;
    case 'log-prob':
      return inspection.logprobs;
    case 'entropy':
      return inspection.entropies;
    case 'none':
      return null;
    default:
      return paint satisfies never;
  }
}

/** log π − log π_ref of every token; their sum is the KL estimate of the answer. */
export function klShares(inspection: Pick<Inspection, 'logprobs' | 'referenceLogprobs'>): number[] {
  return inspection.logprobs.map((logprob, i) => logprob - inspection.referenceLogprobs[i]);
}

/** Log-probabilities and entropies have one sign and take the single-hue map; the others diverge around zero. */
export function isSequential(paint: Paint): boolean {
  return paint === 'log-prob' || paint === 'entropy';
}

/** The end of the colour scale: the largest size in the answer, rounded up to one digit so that it can be read. */
export function paintScale(values: readonly number[]): number {
  const largest = Math.max(...values.map(Math.abs), 1e-6);
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
