/** Colours of numbers: a blue–orange map around zero, or one hue for numbers of one sign. Tokens of `styles/tokens.css`. */

/** The end of a colour scale: the largest size among the values, rounded up to one digit so that it can be read. */
export function heatScale(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const unit = 10 ** Math.floor(Math.log10(largest));
  return Math.ceil(largest / unit - 1e-9) * unit;
}

/** The colour token of a value: `pos1..4`, `neg1..4`, `q1..4`, or `s2` close to zero. */
export function heatToken(value: number, scale: number, isSequential: boolean): string {
  const level = Math.min(4, Math.ceil((Math.abs(value) / scale) * 4.5 - 0.5));
  if (isSequential) return `q${Math.max(1, level)}`;
  if (level <= 0) return 's2';
  return value > 0 ? `pos${level}` : `neg${level}`;
}

/** The colours of a legend, from its low end to its high end. */
export const HEAT_STEPS = {
  sequential: ['q1', 'q2', 'q3', 'q4'],
  diverging: ['neg4', 'neg3', 'neg2', 'neg1', 's2', 'pos1', 'pos2', 'pos3', 'pos4'],
} as const;
