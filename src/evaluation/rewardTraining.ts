/** Reward models trained only to be measured: on other labelers' rankings, or on fewer of them. */
import type { Labeler } from '../data/labelers';
import { ConfigError } from '../config/errors';
import { disposeModel, type Gpt } from '../nn/gpt';
import { countPairs } from '../pipeline/contributions';
import type { StepReport } from '../pipeline/report';
import { startRewardModel, trainRewardModel, type RankedItems } from '../pipeline/rewardModel';
import type { Run } from '../pipeline/run';
import { estimateOf, pairedDifference, type Estimate } from './estimate';
import { judge, rankedItems, trueRanks, type AnswerGroup } from './rankedAnswers';
import { pairAccuracy, scoreGroups, withRanks } from './rewardAccuracy';

/** Answers of the SFT policy: to prompts that reward models learn from, and to others that they are measured on. */
export interface RewardStudy {
  train: readonly AnswerGroup[];
  test: readonly AnswerGroup[];
}

/** Called after every step of every model in training. */
type OnReport = (report: StepReport) => void | Promise<void>;

/** Rankings that a trained model is normalised by; accuracy does not depend on them. */
const NORMALISING = 16;

/** Trains a reward model from the SFT policy, hands it out, and frees it. */
async function withRewardModel<T>(
  run: Run,
  train: RankedItems[],
  validation: RankedItems[],
  onReport: OnReport | undefined,
  use: (model: Gpt) => Promise<T>,
): Promise<T> {
  const { sft } = run.models;
  if (!sft)
    throw new ConfigError('reward study: there is no SFT model to start reward models from; run step 1 or load one.');
  const model = startRewardModel(sft, run.config);
  const demonstrations = run.curriculum.validationDemonstrations;
  const data = { train, validation: validation.slice(0, NORMALISING), demonstrations };
  try {
    for await (const report of trainRewardModel(model, data, run.config)) await onReport?.(report);
    return await use(model);
  } finally {
    disposeModel(model);
  }
}

export interface Fold {
  /** The cohort that gave no label. */
  leftOut: string;
  /** Accuracy on labels of the cohorts that the model learned from. */
  own: Estimate;
  /** Accuracy on labels of the cohort that it did not learn from, for the same answers. */
  other: Estimate;
}

export interface CrossValidation {
  /** Mean over folds, prompts being the units. */
  own: Estimate;
  other: Estimate;
  /** own − other, in pairs: positive where labelers are predicted worse for having given no label. */
  drop: Estimate;
  folds: Fold[];
}

/** Cohorts of a team, with their members. */
export function cohortsOf(team: readonly Labeler[]): Map<string, Labeler[]> {
  const cohorts = new Map<string, Labeler[]>();
  for (const labeler of team) cohorts.set(labeler.cohort, [...(cohorts.get(labeler.cohort) ?? []), labeler]);
  return cohorts;
}

/**
 * Cross-validation over cohorts of labelers: for each cohort a reward model learns from all others and is measured on
 * new answers, as labeled by the cohorts it knows and by the one it does not. Every cohort is left out once, so how easily
 * a cohort is predicted cancels.
 * @source Ouyang et al. 2022, section 4.1: five groups, 72.4 ± 0.4 % on own, 69.6 ± 0.9 % on the held-out group
 */
export async function crossValidate(
  run: Run,
  { train, test }: RewardStudy,
  onReport?: OnReport,
): Promise<CrossValidation> {
  const team = run.curriculum.labelers.training;
  const folds: Fold[] = [];
  for (const [leftOut, members] of cohortsOf(team)) {
    const known = team.filter(({ cohort }) => cohort !== leftOut);
    const name = `without ${leftOut}`;
    const learned = rankedItems(train, judge(run, known, train, `${name}/train`));
    const byKnown = judge(run, known, test, `${name}/own`);
    const byLeftOut = judge(run, members, test, `${name}/other`);
    const scores = await withRewardModel(run, learned, rankedItems(test, byKnown), onReport, (model) =>
      scoreGroups(run, model, test),
    );
    const [own, other] = [byKnown, byLeftOut].map((ranks) => pairAccuracy(withRanks(scores, ranks)));
    folds.push({ leftOut, own, other });
  }
  const over = (side: 'own' | 'other') =>
    estimateOf(test.map((_, i) => folds.reduce((sum, fold) => sum + fold[side].values[i], 0) / folds.length));
  const [own, other] = [over('own'), over('other')];
  return { own, other, drop: pairedDifference(own, other), folds };
}

export interface LearningPoint {
  /** Ranked prompts that the model learned from, and the pairs in them that are no ties. */
  prompts: number;
  comparisons: number;
  training: Estimate;
  heldOut: Estimate;
  trueReward: Estimate;
}

/**
 * Accuracy of reward models that learned from the first few rankings, for several numbers of them.
 * @param sizes ranked prompts; each at most those of the study
 */
export async function rewardLearningCurve(
  run: Run,
  { train, test }: RewardStudy,
  sizes: readonly number[],
  onReport?: OnReport,
): Promise<LearningPoint[]> {
  const { training, heldOut } = run.curriculum.labelers;
  const all = rankedItems(train, judge(run, training, train, 'learning curve/train'));
  const orders = {
    training: judge(run, training, test, 'learning curve/own'),
    heldOut: judge(run, heldOut, test, 'learning curve/held out'),
    trueReward: trueRanks(run, test),
  };
  const points: LearningPoint[] = [];
  for (const prompts of sizes) {
    if (!(prompts >= 1) || prompts > all.length)
      throw new RangeError(`learning curve: ${prompts} ranked prompts of ${all.length}; expected 1 to ${all.length}.`);
    const learned = all.slice(0, prompts);
    const scores = await withRewardModel(run, learned, rankedItems(test, orders.training), onReport, (model) =>
      scoreGroups(run, model, test),
    );
    points.push({
      prompts,
      comparisons: learned.reduce((sum, { ranks }) => sum + countPairs(ranks), 0),
      training: pairAccuracy(withRanks(scores, orders.training)),
      heldOut: pairAccuracy(withRanks(scores, orders.heldOut)),
      trueReward: pairAccuracy(withRanks(scores, orders.trueReward)),
    });
  }
  return points;
}
