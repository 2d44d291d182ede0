/** Finds the noise with which labelers agree as often as people do, on whatever answers a run has. */
import { agreement, type Agreement, type GradedAnswer } from './agreement';
import { scaleNoise, type Labeler, type LabelerGroup } from './labelers';
import { stream, type Seed } from './random';

/**
 * How often two labelers agree about a pair of answers.
 * @source Ouyang et al. 2022 (arXiv:2203.02155), section 3.4: 72.6 ± 1.5 % and 77.3 ± 1.3 %
 */
export const PAPER_AGREEMENT: Readonly<Record<LabelerGroup, number>> = { training: 0.726, heldOut: 0.773 };

export interface NoiseCalibration {
  /** What every labeler's noise was multiplied by. */
  readonly factor: number;
  readonly target: number;
  /** At that factor, with its interval over prompts. */
  readonly agreement: Agreement;
  /** False when no factor reaches the target: then it is the nearest end of the range searched. */
  readonly isReached: boolean;
  /** The team with the noise found. */
  readonly team: Labeler[];
}

/** Factors searched. Above the upper end judgements are almost chance. */
const FACTORS = [0.05, 4] as const;
const STEPS = 14;
/** Prompts used at most, and pairs of labelers asked about each. */
const PROMPTS = 1500;
const PAIRS_PER_PROMPT = 4;
/** The closest that bisection can be asked to come; far below the sampling error. */
const TOLERANCE = 0.005;

/**
 * Multiplies the noise of a team so that two of its members agree in a share `target` of the pairs. All factors are tried
 * with the same random numbers, so that agreement falls as the factor grows and bisection finds the crossing.
 * @param answers for each prompt its K graded answers; too few of them, or none that differ, leave the team as it is
 */
export function calibrateNoise(
  team: readonly Labeler[],
  answers: readonly (readonly GradedAnswer[])[],
  target: number,
  seed: Seed,
): NoiseCalibration {
  const prompts = answers.slice(0, PROMPTS);
  const repeated = Array.from({ length: PAIRS_PER_PROMPT }, () => prompts).flat();
  const at = (factor: number): Agreement =>
    agreement(repeated, scaleNoise(team, factor), stream(seed, 'labelers/calibration'));
  const close = (found: number, factor: number): NoiseCalibration => ({
    factor,
    target,
    agreement: agreement(prompts, scaleNoise(team, factor), stream(seed, 'labelers/calibrated')),
    isReached: Math.abs(found - target) < TOLERANCE,
    team: scaleNoise(team, factor),
  });
  if (at(1).count === 0) return close(NaN, 1);
  let [low, high]: [number, number] = [...FACTORS];
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.sqrt(low * high);
    if (at(middle).rate > target) low = middle;
    else high = middle;
  }
  const factor = Math.sqrt(low * high);
  return close(at(factor).rate, factor);
}
