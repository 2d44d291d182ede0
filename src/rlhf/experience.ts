/**
 * What a PPO iteration learns from, computed once from the policy that sampled it.
 *   r_t = −β·KL_t + [t last]·score          A_t by GAE(γ, λ) from r and V          return_t = A_t + V_t
 * Advantages are whitened after the returns are taken, rewards (optionally) before.
 * @source Ouyang et al. 2022, section 3.5, eq. 2; Stiennon et al. 2020; lm-human-preferences train_policy.py
 */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { gae } from '../kernels/gae';
import { klRewards } from '../kernels/klRewards';
import { whiten } from '../kernels/whiten';
import type { Gpt } from '../nn/gpt';
import { responseLogprobs, responseValues, type ResponseBatch } from './responses';

export interface ExperienceSettings {
  klCoef: number;
  klEstimator: 'k1' | 'k3';
  scoreClip: number | null;
  missingEosPenalty: number | null;
  missingEosScore: number | null;
  scorePosition: 'last_token' | 'next_slot';
  gamma: number;
  lambda: number;
  temperature: number;
  whitenRewards: boolean;
  whitenAdvantages: boolean;
  /** Divide by n − 1 instead of n in both whitenings. */
  unbiasedVariance: boolean;
}

/** All [B, R] unless said otherwise; padded slots are 0. */
export type Experience = {
  logprobs: Tensor2D;
  referenceLogprobs: Tensor2D;
  entropy: Tensor2D;
  values: Tensor2D;
  kl: Tensor2D;
  /** Before any whitening. */
  rewards: Tensor2D;
  /** What GAE reads: equal to `rewards` unless they are whitened. */
  rewardsUsed: Tensor2D;
  /** Before whitening; `returns` = these + `values`. */
  rawAdvantages: Tensor2D;
  advantages: Tensor2D;
  returns: Tensor2D;
  /** [B] scores after clip and missing-end rule */
  scoresUsed: Tensor1D;
  /** [5] objective/kl, non_score_reward, scores, rlhf_reward, entropy */
  summary: Tensor1D;
};

/**
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
  const { logprobs: sampled, entropy: spread } = responseLogprobs(policy, batch, settings.temperature);
  const logprobs = sampled.mul(batch.mask) as Tensor2D;
  const entropy = spread.mul(batch.mask) as Tensor2D;
  const referenceLogprobs = responseLogprobs(reference, batch, settings.temperature).logprobs.mul(
    batch.mask,
  ) as Tensor2D;
  const values = responseValues(valueModel, batch).mul(batch.mask) as Tensor2D;
  const { rewards, kl, scoresUsed, summary } = klRewards(
    { logprobs, referenceLogprobs, scores, lengths: batch.lengths, hasEos },
    {
      klCoef: settings.klCoef,
      estimator: settings.klEstimator,
      scorePosition: settings.scorePosition,
      scoreClip: settings.scoreClip,
      missingEosPenalty: settings.missingEosPenalty,
      missingEosScore: settings.missingEosScore,
    },
  );
  const unbiased = settings.unbiasedVariance;
  const rewardsUsed = settings.whitenRewards
    ? whiten(rewards, batch.mask, { shiftMean: false, unbiased }).whitened
    : rewards;
  const { advantages: rawAdvantages, returns } = gae(
    { rewards: rewardsUsed, values, lengths: batch.lengths },
    { gamma: settings.gamma, lambda: settings.lambda, valueMask: 'length' },
  );
  const advantages = settings.whitenAdvantages
    ? whiten(rawAdvantages, batch.mask, { shiftMean: true, unbiased }).whitened
    : rawAdvantages;
  return {
    logprobs,
    referenceLogprobs,
    entropy,
    values,
    kl,
    rewards,
    rewardsUsed,
    rawAdvantages,
    advantages,
    returns,
    scoresUsed,
    summary,
  };
}
