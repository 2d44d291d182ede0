/** The arithmetic of PPO and of the reward model. */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { gae } from '../../../src/kernels/gae';
import { klRewards, type KlRewardsOptions } from '../../../src/kernels/klRewards';
import { rewardsSummary } from '../../../src/kernels/rewardsSummary';
import { maskedMean } from '../../../src/kernels/maskedMean';
import { POLICY_METRICS, ppoPolicyLoss, ppoValueLoss, VALUE_METRICS } from '../../../src/kernels/ppoLoss';
import { pairwiseLoss, rankingLoss } from '../../../src/kernels/rankingLoss';
import { whiten } from '../../../src/kernels/whiten';
import { numberAttr, optionalAttr, wordAttr, type GoldenCase } from '../cases';
import { tensor, tensorRunner, type Runner } from './runner';

/** Entries of a vector by name. */
export function named(vector: Tensor, names: readonly string[]): Record<string, Tensor> {
  return Object.fromEntries(names.map((name, i) => [name, vector.slice(i, 1)]));
}

const OBJECTIVES = [
  'objective_kl',
  'objective_non_score_reward',
  'objective_scores',
  'objective_rlhf_reward',
  'objective_entropy',
];

function rewardsWithKl(golden: GoldenCase) {
  const [logprobs, referenceLogprobs] = ['logprobs', 'ref_logprobs'].map((name) => tensor<Tensor2D>(golden, name));
  const [scores, lengths, hasEos] = ['scores', 'lengths', 'has_eos'].map((name) => tensor<Tensor1D>(golden, name));
  const told = { logprobs, scores, lengths, hasEos };
  const options: KlRewardsOptions = {
    klCoef: numberAttr(golden, 'kl_coef'),
    estimator: wordAttr(golden, 'kl_estimator', ['k1', 'k3']),
    scorePosition: wordAttr(golden, 'score_position', ['last_token', 'next_slot']),
    scoreClip: optionalAttr(golden, 'score_clip'),
    missingEosPenalty: optionalAttr(golden, 'missing_eos_penalty'),
    missingEosScore: optionalAttr(golden, 'missing_eos_score'),
  };
  const { rewards, kl, nonScoreReward } = klRewards({ ...told, referenceLogprobs }, options);
  const { scoresUsed, summary } = rewardsSummary({ ...told, kl }, options);
  return { rewards, kl, non_score_reward: nonScoreReward, scores_used: scoresUsed, ...named(summary, OBJECTIVES) };
}

function advantages(golden: GoldenCase) {
  const [rewards, values] = ['rewards', 'values'].map((name) => tensor<Tensor2D>(golden, name));
  const lengths = tensor<Tensor1D>(golden, 'lengths');
  const valueMask = wordAttr(golden, 'value_mask', ['length', 'length_plus_one']);
  const result = gae(
    { rewards, values, lengths },
    { gamma: numberAttr(golden, 'gamma'), lambda: numberAttr(golden, 'lam'), valueMask },
  );
  return { advantages: result.advantages, returns: result.returns };
}

function whitening(golden: GoldenCase) {
  const { shift_mean: shiftMean, unbiased } = golden.attrs;
  const mask = tensor<Tensor2D>(golden, 'mask', undefined, 'float32');
  const settings = {
    shiftMean: shiftMean === true,
    unbiased: unbiased === true,
    eps: optionalAttr(golden, 'eps') ?? undefined,
  };
  const { whitened, stats } = whiten(tensor<Tensor2D>(golden, 'values'), mask, settings);
  return { whitened, ...named(stats, ['mean', 'var']) };
}

/** Of the product's means the mean over responses is again a masked mean: of the rows that have a token. */
function means(golden: GoldenCase) {
  const mask = tensor<Tensor2D>(golden, 'mask', undefined, 'float32');
  const { mean, rowMeans } = maskedMean(tensor<Tensor2D>(golden, 'values'), mask);
  const hasToken = mask.max(1).expandDims(0) as Tensor2D;
  return {
    mean_all: mean,
    mean_per_row: rowMeans,
    mean_of_row_means: maskedMean(rowMeans.expandDims(0), hasToken).mean,
  };
}

function ppoLoss(golden: GoldenCase) {
  const matrix = (name: string) => tensor<Tensor2D>(golden, name);
  const mask = tensor<Tensor2D>(golden, 'mask', undefined, 'float32');
  const valueMask = tensor<Tensor2D>(golden, 'value_mask', undefined, 'float32');
  const [oldLogprobs, advantageValues, oldValues, returns] = [
    'old_logprobs',
    'advantages',
    'old_values',
    'returns',
  ].map(matrix);
  const policy = (newLogprobs: Tensor2D) =>
    ppoPolicyLoss(
      { newLogprobs, oldLogprobs, advantages: advantageValues, mask },
      { clipRange: numberAttr(golden, 'cliprange') },
    );
  const value = (newValues: Tensor2D) =>
    ppoValueLoss(
      { newValues, oldValues, returns, mask: valueMask },
      { valueClipRange: optionalAttr(golden, 'cliprange_value') },
    );
  const total = (newLogprobs: Tensor, newValues: Tensor): Scalar =>
    policy(newLogprobs as Tensor2D).loss.add(value(newValues as Tensor2D).loss.mul(numberAttr(golden, 'vf_coef')));
  const inputs = [matrix('new_logprobs'), matrix('new_values')] as const;
  const [dLogprobs, dValues] = tf.grads(total)([...inputs]);
  const [policyLoss, valueLoss] = [policy(inputs[0]), value(inputs[1])];
  return {
    ...named(policyLoss.metrics, POLICY_METRICS),
    ...named(valueLoss.metrics, VALUE_METRICS),
    pg_loss: policyLoss.loss,
    vf_loss: valueLoss.loss,
    loss: total(...inputs),
    entropy_mean: maskedMean(matrix('entropy'), mask).mean,
    d_new_logprobs: dLogprobs,
    d_new_values: dValues,
  };
}

function kWise(golden: GoldenCase) {
  const rewards = tensor<Tensor2D>(golden, 'rewards');
  const ranks = tensor<Tensor2D>(golden, 'ranks');
  const k = tensor<Tensor1D>(golden, 'k');
  const divisor = wordAttr(golden, 'normalizer', ['valid_pairs', 'k_choose_2']);
  const run = (x: Tensor) => rankingLoss({ rewards: x as Tensor2D, ranks, k }, { divisor, centering: 0 });
  const { loss, perPromptLoss, pairs, correct } = run(rewards);
  return {
    loss,
    per_prompt_loss: perPromptLoss,
    n_pairs: pairs,
    n_correct: correct,
    accuracy: correct.cast('float32').sum().div(pairs.cast('float32').sum()),
    d_rewards: tf.grad((x) => run(x).loss)(rewards),
  };
}

function pairwise(golden: GoldenCase) {
  const [chosen, rejected] = ['chosen', 'rejected'].map((name) => tensor<Tensor1D>(golden, name));
  const margin = golden.inputs.margin ? tensor<Tensor1D>(golden, 'margin') : undefined;
  const centering = optionalAttr(golden, 'center_rewards_coefficient');
  const run = (a: Tensor, b: Tensor) =>
    pairwiseLoss({ chosen: a as Tensor1D, rejected: b as Tensor1D, margin }, { centering });
  const { loss, accuracy, meanMargin } = run(chosen, rejected);
  const [dChosen, dRejected] = tf.grads((a: Tensor, b: Tensor) => run(a, b).loss)([chosen, rejected]);
  return { loss, accuracy, mean_margin: meanMargin, d_chosen: dChosen, d_rejected: dRejected };
}

export const rewardRunners: Record<string, Runner> = {
  kl_rewards: tensorRunner(rewardsWithKl),
  gae: tensorRunner(advantages),
  whiten: tensorRunner(whitening),
  masked_mean: tensorRunner(means),
  ppo_loss: tensorRunner(ppoLoss),
  rm_kwise: tensorRunner(kWise),
  rm_pairwise: tensorRunner(pairwise),
};
