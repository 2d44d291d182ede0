import { ConfigError } from '../config/errors';
import type { Grade } from './grader';
import { stream, type Random, type Seed } from './random';

/** `training` labelers rank what the reward model learns from; `heldOut` ones only judge. */
export type LabelerGroup = 'training' | 'heldOut';

/** How much each flag of a grade counts for a labeler, in units of utility. */
export interface LabelerWeights {
  readonly onTask: number;
  readonly constraint: number;
  readonly falseFacts: number;
  readonly rude: number;
  readonly grammar: number;
  readonly repeats: number;
  readonly ended: number;
}

/** One invented person who compares answers. Plain data. */
export interface Labeler {
  /** For instance `training-07`; every label carries it. */
  readonly id: string;
  readonly group: LabelerGroup;
  readonly weights: LabelerWeights;
  /** Utility per ten words, up to thirty words. A taste: the true reward knows nothing of it. */
  readonly lengthTaste: number;
  /** Utility of the closing phrase. Also a taste. */
  readonly closingTaste: number;
  /** Standard deviation of the fresh error in each judgement. */
  readonly noise: number;
  /** Probability of not noticing a false statement. */
  readonly overlooks: number;
}

interface GroupTraits {
  readonly size: number;
  readonly noise: number;
  readonly weights: LabelerWeights;
  readonly lengthTaste: readonly [mean: number, deviation: number];
  readonly closingTaste: readonly [mean: number, deviation: number];
}

/** Noise is set so that two labelers agree about as often as in the paper: 72.6 % and 77.3 %. */
const GROUPS: Readonly<Record<LabelerGroup, GroupTraits>> = {
  training: {
    size: 40,
    noise: 1.0,
    weights: { onTask: 2.2, constraint: 1, falseFacts: 1.1, rude: 1.3, grammar: 1.8, repeats: 0.7, ended: 0.5 },
    lengthTaste: [0.25, 0.25],
    closingTaste: [0.35, 0.35],
  },
  heldOut: {
    size: 15,
    noise: 0.7,
    weights: { onTask: 2.4, constraint: 0.7, falseFacts: 1.6, rude: 1.8, grammar: 1.4, repeats: 0.5, ended: 0.4 },
    lengthTaste: [0, 0.2],
    closingTaste: [0, 0.2],
  },
};

/** Spread of a weight between labelers, relative to its mean. */
const WEIGHT_SPREAD = 0.35;

function personalWeights(means: LabelerWeights, random: Random): LabelerWeights {
  const vary = (mean: number): number => mean * Math.max(0.1, random.gaussian(1, WEIGHT_SPREAD));
  return {
    onTask: vary(means.onTask),
    constraint: vary(means.constraint),
    falseFacts: vary(means.falseFacts),
    rude: vary(means.rude),
    grammar: vary(means.grammar),
    repeats: vary(means.repeats),
    ended: vary(means.ended),
  };
}

/**
 * The labelers of a group.
 * @param options `size` and `noise` (utility units) replace the group's own
 * @throws ConfigError when the team would be empty or the noise negative
 */
export function makeTeam(
  seed: Seed,
  group: LabelerGroup,
  options: { readonly size?: number; readonly noise?: number } = {},
): Labeler[] {
  const traits = GROUPS[group];
  const { size = traits.size, noise = traits.noise } = options;
  if (!(size >= 1) || !(noise >= 0)) {
    throw new ConfigError(`labelers: size ${size}, noise ${noise}; expected size >= 1 and noise >= 0.`);
  }
  const random = stream(seed, `labelers/${group}`);
  return Array.from({ length: size }, (_, i) => ({
    id: `${group}-${String(i + 1).padStart(2, '0')}`,
    group,
    weights: personalWeights(traits.weights, random),
    lengthTaste: random.gaussian(...traits.lengthTaste),
    closingTaste: random.gaussian(...traits.closingTaste),
    noise: noise * Math.max(0.3, random.gaussian(1, 0.3)),
    overlooks: Math.max(0, random.gaussian(0.25, 0.15)),
  }));
}

/**
 * How good one labeler finds one answer, with a fresh error each time.
 *   U = w . flags + lengthTaste min(words, 30)/10 + closingTaste [closing phrase] + noise
 */
export function utility(labeler: Labeler, grade: Grade, random: Random): number {
  const { weights } = labeler;
  let noticed = 0;
  for (let i = 0; i < Math.min(2, grade.falseFacts); i++) noticed += Number(!random.chance(labeler.overlooks));
  const merit =
    weights.onTask * grade.onTask +
    // Keeping the condition of a task one did not do is worth nothing.
    weights.constraint * grade.constraint * Math.min(1, 1.5 * grade.onTask) -
    weights.falseFacts * noticed -
    weights.rude * Math.min(2, grade.rude) +
    weights.grammar * grade.grammar -
    weights.repeats * grade.repeats +
    weights.ended * grade.ended;
  const taste =
    (labeler.lengthTaste * Math.min(grade.words, 30)) / 10 + labeler.closingTaste * Math.min(1, grade.closings);
  return merit + taste + random.gaussian(0, labeler.noise);
}

/** Utilities closer than this are a tie; measured: 5 to 7 % of the pairs of SFT-like answers. */
export const TIE_THRESHOLD = 0.2;

/** One labeler's order of K answers to one prompt. */
export interface Ranking {
  /** Id of the labeler. */
  readonly labeler: string;
  /** `ranks[k]` of answer k: 0 is best; equal ranks are ties. */
  readonly ranks: readonly number[];
}

/**
 * Groups utilities into ranks, best first. An answer joins a group when it is closer than the threshold to the
 * group's best one, so that being tied is the same from whichever answer one looks.
 */
export function ranksOf(utilities: readonly number[], tieThreshold = TIE_THRESHOLD): number[] {
  const order = utilities.map((_, i) => i).sort((i, j) => utilities[j] - utilities[i]);
  const ranks = new Array<number>(utilities.length).fill(0);
  let rank = -1;
  let best = Infinity;
  for (const i of order) {
    if (rank < 0 || best - utilities[i] >= tieThreshold) {
      rank++;
      best = utilities[i];
    }
    ranks[i] = rank;
  }
  return ranks;
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

/** One comparison: positions of the better and the worse answer. */
export interface Comparison {
  readonly chosen: number;
  readonly rejected: number;
}

/**
 * The comparisons in a ranking: all pairs except ties and identical texts, which nobody is asked to compare.
 * @param texts the ranked answers
 */
export function comparisonsOf(ranking: Ranking, texts: readonly string[]): Comparison[] {
  const { ranks } = ranking;
  const pairs: Comparison[] = [];
  for (let i = 0; i < ranks.length; i++) {
    for (let j = i + 1; j < ranks.length; j++) {
      if (ranks[i] === ranks[j] || texts[i] === texts[j]) continue;
      pairs.push(ranks[i] < ranks[j] ? { chosen: i, rejected: j } : { chosen: j, rejected: i });
    }
  }
  return pairs;
}
