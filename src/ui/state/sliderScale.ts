import type { NumberRow } from '../../config/rows';

/** Slider positions are whole numbers from 0 to `SLIDER_STEPS`. */
export const SLIDER_STEPS = 1000;

/** `log0` keeps this share of the track for the exact zero at its left end. */
const ZERO_SHARE = 0.06;

type Scale = Pick<NumberRow, 'scale' | 'usual' | 'integer'>;

/** Where on the track a value sits, 0 to `SLIDER_STEPS`; values outside the usual range stick to the nearer end. */
export function valueToPosition(row: Scale, value: number): number {
  const [low, high] = row.usual;
  const share =
    row.scale === 'linear'
      ? (value - low) / (high - low)
      : Math.log(Math.max(value, 1e-300) / low) / Math.log(high / low);
  const inside = Math.min(1, Math.max(0, share));
  if (row.scale !== 'log0') return Math.round(inside * SLIDER_STEPS);
  return value === 0 ? 0 : Math.round((ZERO_SHARE + (1 - ZERO_SHARE) * inside) * SLIDER_STEPS);
}

/** The value of a track position, rounded to what a person would type: whole numbers, or three significant digits. */
export function positionToValue(row: Scale, position: number): number {
  const [low, high] = row.usual;
  let share = position / SLIDER_STEPS;
  if (row.scale === 'log0') {
    if (share < ZERO_SHARE / 2) return 0;
    share = Math.max(0, (share - ZERO_SHARE) / (1 - ZERO_SHARE));
  }
  const value = row.scale === 'linear' ? low + share * (high - low) : low * (high / low) ** share;
  return row.integer ? Math.round(value) : Number(value.toPrecision(row.scale === 'linear' ? 3 : 2));
}
