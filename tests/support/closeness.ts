import { expect } from 'vitest';

export interface Tolerance {
  rtol: number;
  atol: number;
}
export const SINGLE: Tolerance = { rtol: 1e-5, atol: 1e-6 };
/** Matrix products and long sums. */
export const LONG_SUM: Tolerance = { rtol: 1e-4, atol: 1e-5 };

/** `|got − want| ≤ atol + rtol·|want|`; NaN equals only NaN. @returns null or the worst violation in words */
export function difference(got: ArrayLike<number>, want: ArrayLike<number>, { rtol, atol }: Tolerance): string | null {
  if (got.length !== want.length) return `length ${got.length}, expected ${want.length}`;
  let worst = -1;
  let worstExcess = 0;
  let count = 0;
  for (let i = 0; i < want.length; i++) {
    const same = got[i] === want[i] || (Number.isNaN(got[i]) && Number.isNaN(want[i]));
    const excess = same ? 0 : Math.abs(got[i] - want[i]) / (atol + rtol * Math.abs(want[i]));
    if (excess <= 1) continue;
    count++;
    if (worst < 0 || !(excess <= worstExcess)) [worst, worstExcess] = [i, excess];
  }
  return count === 0
    ? null
    : `${count} of ${want.length} differ, worst at ${worst}: got ${got[worst]}, expected ${want[worst]} (${worstExcess.toFixed(1)} x tolerance)`;
}

export function expectClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: Tolerance = SINGLE,
  name = 'values',
): void {
  expect(difference(got, want, tolerance), name).toBeNull();
}
