/**
 * What the invented labelers are like. The true reward knows nothing of tastes, cohorts or oversights: they are the
 * difference between what people say and what is good, and so the door for over-optimisation.
 */

/** `training` labelers rank what the reward model learns from; `heldOut` ones only judge. */
export type LabelerGroup = 'training' | 'heldOut';

/** How much each property of a grade counts for a labeler, in units of utility. */
export interface LabelerWeights {
  readonly onTask: number;
  readonly constraint: number;
  readonly falseFacts: number;
  readonly rude: number;
  readonly harmful: number;
  readonly grammar: number;
  readonly repeats: number;
  readonly ended: number;
}

/** Mean and standard deviation between people. */
export type Spread = readonly [mean: number, deviation: number];

/** People of a group before anything personal. */
export interface GroupTraits {
  readonly size: number;
  /** Mean standard deviation of the fresh error in each judgement, utility. */
  readonly noise: number;
  readonly weights: LabelerWeights;
  /** Utility per ten words. */
  readonly lengthTaste: Spread;
  /** Utility of the closing phrase. */
  readonly closingTaste: Spread;
}

/**
 * The two groups. Both put truth first, as the paper's labelers were told to: a false statement costs what doing the task
 * and keeping its condition earn, so that a false answer is worth no more than none. The held-out group has no taste for
 * length or closing phrases in common. The noise is a start: `calibrateNoise` finds what a run's answers need.
 */
export const GROUPS: Readonly<Record<LabelerGroup, GroupTraits>> = {
  training: {
    size: 40,
    noise: 0.85,
    weights: {
      onTask: 2.2,
      constraint: 1,
      falseFacts: 3.2,
      rude: 1.3,
      harmful: 1.8,
      grammar: 1.8,
      repeats: 0.7,
      ended: 0.5,
    },
    lengthTaste: [0.25, 0.25],
    closingTaste: [0.35, 0.35],
  },
  heldOut: {
    size: 15,
    noise: 0.7,
    weights: {
      onTask: 2.4,
      constraint: 0.7,
      falseFacts: 3.1,
      rude: 1.8,
      harmful: 2.2,
      grammar: 1.4,
      repeats: 0.5,
      ended: 0.4,
    },
    lengthTaste: [0, 0.2],
    closingTaste: [0, 0.2],
  },
};

/** What people have in common who were hired and taught together. */
export interface Cohort {
  readonly id: string;
  /** Factors on the group's weights; 1 where a weight is not named. */
  readonly weights: Partial<LabelerWeights>;
  /** Added to the group's mean taste for length, utility per ten words. */
  readonly lengthTaste: number;
  readonly closingTaste: number;
}

/**
 * The five cohorts of the training group. Their tastes for length are strong, because length is what a small reward model
 * sees best, and cancel the group's own; what a model learns from all of them is still a mild liking of length. Without
 * cohorts a reward model predicts labelers it never saw exactly as well as its own.
 */
export const COHORTS: readonly Cohort[] = [
  { id: 'careful', weights: { constraint: 1.4, falseFacts: 1.3 }, lengthTaste: -1.5, closingTaste: 0 },
  { id: 'brief', weights: { repeats: 1.6, ended: 1.5 }, lengthTaste: -2.5, closingTaste: -0.6 },
  {
    id: 'thorough',
    weights: { onTask: 0.8, constraint: 0.8, grammar: 0.8, repeats: 0.8 },
    lengthTaste: 2,
    closingTaste: 0,
  },
  { id: 'kind', weights: { rude: 2, harmful: 1.5, grammar: 0.8 }, lengthTaste: 1, closingTaste: 1.2 },
  { id: 'strict', weights: { onTask: 1.3, constraint: 2, grammar: 1.6 }, lengthTaste: -0.25, closingTaste: 0 },
];

/** Everyone's habits that are not a matter of taste. */
export const HABITS = {
  /** Spread of a weight between people, relative to its mean. */
  weightSpread: 0.35,
  /** Personal noise over the group's. */
  noiseFactor: [1, 0.3],
  /** Probability of not noticing a false statement. */
  overlooks: [0.1, 0.08],
  /** Probability of forgetting a flag that is due. */
  lapses: [0.12, 0.15],
  /** Share of one's own demonstrations with a slip. */
  haste: [0.2, 0.12],
} as const satisfies Record<string, number | Spread>;
