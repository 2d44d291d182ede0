/** Whether the direction of a finding comes out here, decided by intervals only. */
import type { Pooled } from '../evaluation/estimate';

export const VERDICTS = ['reproduced', 'same direction, within noise', 'not reproduced'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One comparison that a finding rests on. */
export interface Contrast {
  /** What was subtracted from what, or compared with what. */
  what: string;
  estimate: Pooled;
  /** `above`: the estimate should be above 0. `within`: between −margin and margin. `below`: below the margin. */
  expect: 'above' | 'within' | 'below';
  margin?: number;
}

export interface Finding {
  id: string;
  /** The paper's claim, in one line. */
  claim: string;
  paper: string;
  source: string;
  /** `not run` when the tier with its jobs was left out. */
  verdict: Verdict | 'not run';
  parts: (Contrast & { verdict: Verdict })[];
}

/**
 * An effect is reproduced when its whole 95 % interval is on the right side; when only the mean is, it may be noise.
 * Sameness is reproduced when the whole interval is inside the margin, "no more than" when it is below the margin.
 */
export function verdictOf({ estimate, expect, margin = 0 }: Contrast): Verdict {
  const { mean, low, high } = estimate;
  // An interval of one unit without spread says nothing.
  const isKnown = Number.isFinite(low) && Number.isFinite(high) && estimate.n > 1;
  if (expect === 'above') {
    if (isKnown && low > 0) return 'reproduced';
    return mean > 0 ? 'same direction, within noise' : 'not reproduced';
  }
  if (expect === 'below') {
    if (isKnown && high < margin) return 'reproduced';
    return mean < margin ? 'same direction, within noise' : 'not reproduced';
  }
  if (isKnown && low > -margin && high < margin) return 'reproduced';
  return Math.abs(mean) < margin ? 'same direction, within noise' : 'not reproduced';
}

/** A finding of several parts is as good as its worst one. */
export function finding(
  about: Pick<Finding, 'id' | 'claim' | 'paper' | 'source'>,
  contrasts: readonly (Contrast | null)[],
): Finding {
  const parts = contrasts.flatMap((contrast) => (contrast ? [{ ...contrast, verdict: verdictOf(contrast) }] : []));
  // A part that was not run leaves the whole undecided: the claim is about all of them.
  if (parts.length === 0 || parts.length < contrasts.length) return { ...about, verdict: 'not run', parts };
  const worst = Math.max(...parts.map(({ verdict }) => VERDICTS.indexOf(verdict)));
  return { ...about, verdict: VERDICTS[worst], parts };
}
