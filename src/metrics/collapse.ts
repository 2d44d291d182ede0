/**
 * When a policy counts as collapsed: the one table of its signs, and where in a run they hold. Metrics alone decide, so a
 * run that was saved, restored or recorded is judged like a live one.
 */
import type { MetricKey } from './metrics';

/**
 * Per cent that a sign must exceed, in the order in which they are spoken of. Measured with `nano`: runs with the proven
 * recipe, and one with β 0 that games its reward model, stayed below 7 % repeats, 15 % identical, 1 % empty and 13 % unended
 * answers in each of 170 updates. Runs that were made to collapse went above 60 % repeats, and to 100 % of the other three.
 */
export const COLLAPSE_SIGNS = {
  'collapse/empty': 20,
  'collapse/identical': 50,
  'collapse/repeats': 20,
  'collapse/unended': 50,
} as const satisfies Partial<Record<MetricKey, number>>;

export type CollapseSign = keyof typeof COLLAPSE_SIGNS;
export const COLLAPSE_SIGN_KEYS = Object.keys(COLLAPSE_SIGNS) as CollapseSign[];

/** Updates in a row that a sign must hold: one odd batch is no collapse. */
export const COLLAPSE_UPDATES = 3;

/** Points of one line, oldest first. */
export interface SignLine {
  readonly steps: readonly number[];
  /** Per cent. */
  readonly values: readonly number[];
}

/** One sign, from the first update of its row to the last; `until` is null while it still holds. */
export interface Collapse {
  sign: CollapseSign;
  from: number;
  until: number | null;
  /** Largest share seen, per cent. */
  most: number;
}

/** Every time that a sign held for long enough, in order of its beginning. */
export function findCollapses(lines: Partial<Record<CollapseSign, SignLine>>): Collapse[] {
  return COLLAPSE_SIGN_KEYS.flatMap((sign) => {
    const line = lines[sign];
    return line ? rowsAbove(sign, line) : [];
  }).sort((a, b) => a.from - b.from);
}

function rowsAbove(sign: CollapseSign, { steps, values }: SignLine): Collapse[] {
  const found: Collapse[] = [];
  for (let start = 0; start < values.length; start++) {
    let end = start;
    while (end < values.length && values[end] > COLLAPSE_SIGNS[sign]) end++;
    if (end - start >= COLLAPSE_UPDATES)
      found.push({
        sign,
        from: steps[start],
        until: end < values.length ? steps[end - 1] : null,
        most: Math.max(...values.slice(start, end)),
      });
    start = end;
  }
  return found;
}
