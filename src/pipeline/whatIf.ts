/**
 * What the rewards and advantages of a batch would be under other settings: steps 4 and 5 of a PPO iteration, by the same
 * kernels, on numbers that were read back before. Nothing of the run takes part, so nothing of it can change.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { assignCredit, penalisedRewards } from '../rlhf/experience';
import { readPhase, type PhaseSettings, type PhaseTensors } from './ppoPhases';

/** What the models said of a batch, as slow motion has shown it; [B, R] row by row unless said otherwise. */
export interface WhatIfBatch {
  /** R */
  slots: number;
  /** [B] real tokens of each answer, the end token counted */
  lengths: number[];
  logprobs: Float32Array;
  referenceLogprobs: Float32Array;
  values: Float32Array;
  /** [B] scores after clip and missing-end rule, which no other setting changes */
  scoresUsed: Float32Array;
}

export type WhatIfSettings = Pick<
  PhaseSettings,
  'klCoef' | 'klEstimator' | 'gamma' | 'lambda' | 'whitenRewards' | 'whitenAdvantages'
>;

/**
 * @returns kl, rewards, rewardsUsed, rawAdvantages, advantages and returns, [B, R] each
 * @throws RangeError when the arrays do not fit each other
 */
export async function whatIf(batch: WhatIfBatch, settings: WhatIfSettings): Promise<PhaseTensors> {
  const { slots, lengths, logprobs, referenceLogprobs, values, scoresUsed } = batch;
  const size = lengths.length * slots;
  for (const [name, array] of Object.entries({ logprobs, referenceLogprobs, values }))
    if (array.length !== size)
      throw new RangeError(
        `whatIf: ${name} holds ${array.length} numbers; expected ${size}, ${slots} for each of ${lengths.length} answers.`,
      );
  const computed = tf.tidy(() => {
    const matrix = (array: Float32Array) => tf.tensor2d(array, [lengths.length, slots]);
    const told = {
      mask: matrix(Float32Array.from({ length: size }, (_, i) => Number(i % slots < lengths[Math.floor(i / slots)]))),
      lengths: tf.tensor1d(lengths, 'int32'),
    };
    const readings = { logprobs: matrix(logprobs), referenceLogprobs: matrix(referenceLogprobs) };
    // The scores have been through these rules already.
    const rules = { scoreClip: null, missingEosPenalty: null, missingEosScore: null };
    const all = {
      ...settings,
      ...rules,
      scorePosition: 'last_token',
      temperature: 1,
      unbiasedVariance: false,
    } as const;
    const ended = tf.onesLike(told.lengths) as Tensor1D;
    const { kl, rewards, rewardsUsed } = penalisedRewards(readings, told, tf.tensor1d(scoresUsed), ended, all);
    return { kl, rewards, rewardsUsed, ...assignCredit(rewardsUsed, matrix(values), told, all) };
  }) satisfies Record<string, Tensor2D>;
  try {
    return await readPhase(computed);
  } finally {
    tf.dispose(computed);
  }
}
