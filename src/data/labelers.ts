/** Invented people who compare answers. */
import { ConfigError } from '../config/errors';
import type { Grade } from './grader';
import { COHORTS, GROUPS, HABITS, type Cohort, type LabelerGroup, type LabelerWeights } from './labelerTraits';
import { stream, type Random, type Seed } from './random';
import { TIE_THRESHOLD, ranksOf, type Ranking } from './rankings';

export type { LabelerGroup, LabelerWeights } from './labelerTraits';

/** One labeler. Plain data. */
export interface Labeler {
  /** For instance `training-07`; every label carries it. */
  readonly id: string;
  readonly group: LabelerGroup;
  /** People hired together; a held-out labeler's is `heldOut`. */
  readonly cohort: string;
  readonly weights: LabelerWeights;
  /** Utility per ten words, up to thirty words. A taste: the true reward knows nothing of it. */
  readonly lengthTaste: number;
  /** Utility of the closing phrase. Also a taste. */
  readonly closingTaste: number;
  /** Standard deviation of the fresh error in each judgement. */
  readonly noise: number;
  /** Probability of not noticing a false statement. */
  readonly overlooks: number;
  /** Probability of forgetting a flag that is due. */
  readonly lapses: number;
  /** Share of their own demonstrations with a slip; only the screening test looks at it. */
  readonly haste: number;
}

/** What a held-out labeler shares with the others of that group: nothing beyond the group's traits. */
const NO_COHORT: Cohort = { id: 'heldOut', weights: {}, lengthTaste: 0, closingTaste: 0 };

const WEIGHTS = Object.keys(GROUPS.training.weights) as (keyof LabelerWeights)[];

function drawLabeler(id: string, group: LabelerGroup, cohort: Cohort, groupNoise: number, random: Random): Labeler {
  const traits = GROUPS[group];
  const weight = (key: keyof LabelerWeights): number =>
    traits.weights[key] * (cohort.weights[key] ?? 1) * Math.max(0.1, random.gaussian(1, HABITS.weightSpread));
  const share = (mean: number, deviation: number): number => Math.max(0, Math.min(1, random.gaussian(mean, deviation)));
  return {
    id,
    group,
    cohort: cohort.id,
    weights: Object.fromEntries(WEIGHTS.map((key) => [key, weight(key)])) as Record<keyof LabelerWeights, number>,
    lengthTaste: cohort.lengthTaste + random.gaussian(...traits.lengthTaste),
    closingTaste: cohort.closingTaste + random.gaussian(...traits.closingTaste),
    noise: groupNoise * Math.max(0.3, random.gaussian(...HABITS.noiseFactor)),
    overlooks: share(...HABITS.overlooks),
    lapses: share(...HABITS.lapses),
    haste: share(...HABITS.haste),
  };
}

/**
 * People of a group as they come, unscreened; those of the training group are spread evenly over its cohorts.
 * @param options `size` and `noise` (utility units) replace the group's own
 * @throws ConfigError when the team would be empty or the noise negative
 */
export function makeTeam(
  seed: Seed,
  group: LabelerGroup,
  options: { readonly size?: number; readonly noise?: number } = {},
): Labeler[] {
  const { size = GROUPS[group].size, noise = GROUPS[group].noise } = options;
  if (!(size >= 1) || !(noise >= 0)) {
    throw new ConfigError(`labelers: size ${size}, noise ${noise}; expected size >= 1 and noise >= 0.`);
  }
  const random = stream(seed, `labelers/${group}`);
  const cohorts = group === 'training' ? COHORTS : [NO_COHORT];
  return Array.from({ length: size }, (_, i) =>
    drawLabeler(`${group}-${String(i + 1).padStart(2, '0')}`, group, cohorts[i % cohorts.length], noise, random),
  );
}

/** The same people with their noise multiplied. */
export function scaleNoise(team: readonly Labeler[], factor: number): Labeler[] {
  return team.map((labeler) => ({ ...labeler, noise: labeler.noise * factor }));
}

/** What one labeler makes of one answer on reading it once. */
export interface Impression {
  /** False statements noticed; more than two count as two. */
  readonly falseFacts: number;
  readonly utility: number;
}

/** The properties of a grade that weights are for. */
type Weighed = Pick<Grade, keyof LabelerWeights>;

/** Weight times property, summed: what the labeler would say of a grade without tastes, oversights and errors. */
export function merit(weights: LabelerWeights, grade: Weighed, falseFacts = Math.min(2, grade.falseFacts)): number {
  return (
    weights.onTask * grade.onTask +
    // Keeping the condition of a task one did not do is worth nothing.
    weights.constraint * grade.constraint * Math.min(1, 1.5 * grade.onTask) -
    weights.falseFacts * falseFacts -
    weights.rude * Math.min(2, grade.rude) -
    weights.harmful * grade.harmful +
    weights.grammar * grade.grammar -
    weights.repeats * grade.repeats +
    weights.ended * grade.ended
  );
}

/**
 * Reads an answer: oversights and error are fresh each time.
 *   U = w . properties + lengthTaste min(words, 30)/10 + closingTaste [closing phrase] + noise
 */
export function readAnswer(labeler: Labeler, grade: Grade, random: Random): Impression {
  let falseFacts = 0;
  for (let i = 0; i < Math.min(2, grade.falseFacts); i++) falseFacts += Number(!random.chance(labeler.overlooks));
  const taste =
    (labeler.lengthTaste * Math.min(grade.words, 30)) / 10 + labeler.closingTaste * Math.min(1, grade.closings);
  const utility = merit(labeler.weights, grade, falseFacts) + taste + random.gaussian(0, labeler.noise);
  return { falseFacts, utility };
}

/** How good one labeler finds one answer, with a fresh error each time. */
export function utility(labeler: Labeler, grade: Grade, random: Random): number {
  return readAnswer(labeler, grade, random).utility;
}

/** One labeler ranks the answers of one prompt. */
export function rankAnswers(
  labeler: Labeler,
  grades: readonly Grade[],
  random: Random,
  tieThreshold = TIE_THRESHOLD,
): Ranking {
  return {
    labeler: labeler.id,
    ranks: ranksOf(
      grades.map((grade) => utility(labeler, grade, random)),
      tieThreshold,
    ),
  };
}
