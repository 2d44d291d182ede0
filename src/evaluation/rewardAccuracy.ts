/** How well a reward model predicts people, beside what else could. */
import { ConfigError } from '../config/errors';
import type { Gpt } from '../nn/gpt';
import { pairStatistics, scoreItems } from '../pipeline/rewardModel';
import type { Run } from '../pipeline/run';
import { calibration, type Calibration, type RankedScores } from './calibration';
import { ratioEstimate, type Estimate } from './estimate';
import { judge, trueRanks, type AnswerGroup } from './rankedAnswers';

export interface RewardReport {
  /** Share of pairs ordered as labelers of the training group ordered them. */
  training: Estimate;
  /** The same answers, ordered by labelers who gave no training label. */
  heldOut: Estimate;
  /** Against the true reward. */
  trueReward: Estimate;
  /** What choosing the longer answer would get: a model that does not beat this has learned length. */
  lengthOnly: Estimate;
  /** What another labeler of the training group gets: nobody can be expected to do better. */
  labelerAgreement: Estimate;
  calibration: Calibration;
}

/**
 * Share of the pairs that scores put in the order of the ranks; prompts are the units. Ties of the labeler count neither
 * way; equal scores are wrong.
 * @throws ConfigError when every pair is a tie
 */
export function pairAccuracy(rows: readonly RankedScores[]): Estimate {
  const counted = rows.map(({ scores, ranks }) => pairStatistics(scores, [ranks]));
  return shareOfPairs(counted.map(({ correct, pairs }) => ({ hits: correct, pairs })));
}

function shareOfPairs(prompts: readonly { hits: number; pairs: number }[]): Estimate {
  if (prompts.every(({ pairs }) => pairs === 0))
    throw new ConfigError(
      `reward accuracy: every pair of answers to ${prompts.length} prompts is a tie; expected some that differ; measure on more prompts or on a policy that is further in training.`,
    );
  return ratioEstimate(
    prompts.map(({ hits }) => hits),
    prompts.map(({ pairs }) => pairs),
  );
}

/** Share of pairs that two orders agree on, of those that neither calls a tie. */
export function agreementOf(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): Estimate {
  const prompts = a.map((row, i) => {
    const total = { hits: 0, pairs: 0 };
    for (let j = 0; j < row.length; j++) {
      for (let k = j + 1; k < row.length; k++) {
        const product = Math.sign(row[j] - row[k]) * Math.sign(b[i][j] - b[i][k]);
        total.pairs += Math.abs(product);
        total.hits += Number(product > 0);
      }
    }
    return total;
  });
  return shareOfPairs(prompts);
}

/** Reward-model scores of every answer, group by group. */
export async function scoreGroups(run: Run, rewardModel: Gpt, groups: readonly AnswerGroup[]): Promise<number[][]> {
  const items = groups.flatMap((group) => group.items);
  const scores = [...(await scoreItems(rewardModel, items, run.config['sampling.responseLength'], run.looking))];
  let at = 0;
  return groups.map((group) => scores.slice(at, (at += group.items.length)));
}

/** Scores and the ranks they are to predict, row by row. */
export function withRanks(scores: readonly number[][], ranks: readonly number[][]): RankedScores[] {
  return scores.map((row, i) => ({ scores: row, ranks: ranks[i] }));
}

/**
 * Measures a reward model on answers that it did not learn from.
 * @param name of the random streams of the labelers; the same for all models that are to be compared
 */
export async function measureReward(
  run: Run,
  rewardModel: Gpt,
  groups: readonly AnswerGroup[],
  name = 'reward model',
): Promise<RewardReport> {
  const { training, heldOut } = run.curriculum.labelers;
  const scores = await scoreGroups(run, rewardModel, groups);
  const lengths = groups.map(({ items }) => items.map(({ response }) => response.length));
  const ranks = judge(run, training, groups, name);
  return {
    training: pairAccuracy(withRanks(scores, ranks)),
    heldOut: pairAccuracy(withRanks(scores, judge(run, heldOut, groups, `${name}/held out`))),
    trueReward: pairAccuracy(withRanks(scores, trueRanks(run, groups))),
    lengthOnly: pairAccuracy(withRanks(lengths, ranks)),
    labelerAgreement: agreementOf(judge(run, training, groups, `${name}/second opinion`), ranks),
    calibration: calibration(withRanks(scores, ranks)),
  };
}
