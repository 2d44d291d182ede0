/**
 * What a PPO iteration learns from, computed once from the policy that sampled it.
 *   r_t = −β·KL_t + [t last]·score          A_t by GAE(γ, λ) from r and V          return_t = A_t + V_t
 * Advantages are whitened after the returns are taken, rewards (optionally) before.
 * @source Ouyang et al. 2022, section 3.5, eq. 2; Stiennon et al. 2020; lm-human-preferences train_policy.py
 */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { gae } from '../kernels/gae';
import { klRewards } from '../kernels/klRewards';
import { rewardsSummary } from '../kernels/rewardsSummary';
import type { StepNumber } from '../kernels/stepValue';
import { whiten } from '../kernels/whiten';
import type { Gpt } from '../nn/gpt';
import { responseLogprobs, responseValues, type ResponseBatch } from './responses';

export interface ExperienceSettings {
  klCoef: StepNumber;
  klEstimator: 'k1' | 'k3';
  scoreClip: number | null;
  missingEosPenalty: number | null;
  missingEosScore: number | null;
  scorePosition: 'last_token' | 'next_slot';
  gamma: number;
  lambda: number;
  temperature: StepNumber;
  whitenRewards: boolean;
  whitenAdvantages: boolean;
  /** Divide by n − 1 instead of n in both whitenings. */
  unbiasedVariance: boolean;
}

/** What the models say of the answers, [B, R]; padded slots are 0. */
export type TokenReadings = {
  logprobs: Tensor2D;
  referenceLogprobs: Tensor2D;
  entropy: Tensor2D;
  values: Tensor2D;
};

/** What each token earned, [B, R] unless said otherwise; padded slots are 0. */
export type TokenRewards = {
  kl: Tensor2D;
  /** Before any whitening. */
  rewards: Tensor2D;
  /** What GAE reads: equal to `rewards` unless they are whitened. */
  rewardsUsed: Tensor2D;
  /** [B] scores after clip and missing-end rule */
  scoresUsed: Tensor1D;
  /** [5] objective/kl, non_score_reward, scores, rlhf_reward, entropy */
  summary: Tensor1D;
};

/** How the outcome is spread back over the tokens, [B, R]; padded slots are 0. */
export type Credit = {
  /** Before whitening; `returns` = these + `values`. */
  rawAdvantages: Tensor2D;
  advantages: Tensor2D;
  returns: Tensor2D;
};

export type Experience = TokenReadings & TokenRewards & Credit;

/** Log-probabilities under both policies, entropies and values of the answers as they stand. Call inside `tf.tidy`. */
export function readTokens(
  policy: Gpt,
  reference: Gpt,
  valueModel: Gpt,
  batch: ResponseBatch,
  temperature: StepNumber,
): TokenReadings {
  const real = (tensor: Tensor2D) => tensor.mul(batch.mask) as Tensor2D;
  const { logprobs, entropy } = responseLogprobs(policy, batch, temperature);
  return {
    logprobs: real(logprobs),
    entropy: real(entropy),
    referenceLogprobs: real(responseLogprobs(reference, batch, temperature).logprobs),
    values: real(responseValues(valueModel, batch)),
  };
}

/**
 * The KL penalty on every token and the score on one. Call inside `tf.tidy`.
 * @param scores [B] normalised reward-model scores
 * @param hasEos [B] int32, 1 where the answer ended by itself
 */
export function penalisedRewards(
  { logprobs, referenceLogprobs }: Pick<TokenReadings, 'logprobs' | 'referenceLogprobs'>,
  batch: Pick<ResponseBatch, 'lengths' | 'mask'>,
  scores: Tensor1D,
  hasEos: Tensor1D,
  settings: ExperienceSettings,
): TokenRewards {
  const told = { logprobs, scores, lengths: batch.lengths, hasEos };
  const options = {
    klCoef: settings.klCoef,
    estimator: settings.klEstimator,
    scorePosition: settings.scorePosition,
    scoreClip: settings.scoreClip,
    missingEosPenalty: settings.missingEosPenalty,
    missingEosScore: settings.missingEosScore,
  };
  const { rewards, kl } = klRewards({ ...told, referenceLogprobs }, options);
  const { scoresUsed, summary } = rewardsSummary({ ...told, kl }, options);
  const rewardsUsed = settings.whitenRewards
    ? whiten(rewards, batch.mask, { shiftMean: false, unbiased: settings.unbiasedVariance }).whitened
    : rewards;
  return { rewards, rewardsUsed, kl, scoresUsed, summary };
}

/** Advantages and returns by GAE from rewards and values. Call inside `tf.tidy`. */
export function assignCredit(
  rewardsUsed: Tensor2D,
  values: Tensor2D,
  batch: Pick<ResponseBatch, 'lengths' | 'mask'>,
  settings: ExperienceSettings,
): Credit {
  const { advantages: rawAdvantages, returns } = gae(
    { rewards: rewardsUsed, values, lengths: batch.lengths },
    { gamma: settings.gamma, lambda: settings.lambda, valueMask: 'length' },
  );
  const advantages = settings.whitenAdvantages
    ? whiten(rawAdvantages, batch.mask, { shiftMean: true, unbiased: settings.unbiasedVariance }).whitened
    : rawAdvantages;
  return { rawAdvantages, advantages, returns };
}

/**
 * The three parts one after the other.
 * @param scores [B] normalised reward-model scores
 * @param hasEos [B] int32, 1 where the answer ended by itself
 * Call inside `tf.tidy`; nothing here is differentiated.
 */
export function computeExperience(
  policy: Gpt,
  reference: Gpt,
  valueModel: Gpt,
  batch: ResponseBatch,
  scores: Tensor1D,
  hasEos: Tensor1D,
  settings: ExperienceSettings,
): Experience {
  const readings = readTokens(policy, reference, valueModel, batch, settings.temperature);
  const rewards = penalisedRewards(readings, batch, scores, hasEos, settings);
  return { ...readings, ...rewards, ...assignCredit(rewards.rewardsUsed, readings.values, batch, settings) };
}
