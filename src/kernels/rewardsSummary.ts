/**
 * What is reported about the rewards of a batch: scores after clip and missing-EOS rule, and means over the batch of sums
 * over an answer.
 *   kl, −β·kl, score, score − β·kl, −log π (an estimate of the entropy)
 * One dispatch beside `klRewards`, for those who want the report.
 */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import source from '../../shaders/klRewardsSummary.wgsl?raw';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { u32 } from './dispatch';
import {
  rewardSwitches,
  rewardUniforms,
  scoreUsed,
  type KlRewardsHostInputs,
  type KlRewardsInputs,
  type KlRewardsOptions,
  type LiveKlRewardsOptions,
} from './klRewards';
import { expectShape, expectType } from './shapes';

/** Order of `summary`. */
export const KL_REWARDS_SUMMARY = [
  'objective/kl',
  'objective/non_score_reward',
  'objective/scores',
  'objective/rlhf_reward',
  'objective/entropy',
] as const;

type Told = Omit<KlRewardsHostInputs, 'referenceLogprobs'> & { kl: HostArray };

export function rewardsSummaryReference(
  { logprobs, kl, scores, lengths, hasEos }: Told,
  scoresUsed: HostArray,
  summary: HostArray,
  slots: number,
  options: KlRewardsOptions,
): void {
  const rows = lengths.length;
  let [sumKl, sumScore, sumEntropy] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    for (let i = row * slots; i < row * slots + Math.min(lengths[row], slots); i++) {
      sumKl += kl[i];
      sumEntropy -= logprobs[i];
    }
    scoresUsed[row] = scoreUsed(scores[row], hasEos[row], options);
    sumScore += scoresUsed[row];
  }
  summary[0] = sumKl / rows;
  summary[1] = (-options.klCoef * sumKl) / rows;
  summary[2] = sumScore / rows;
  summary[3] = (sumScore - options.klCoef * sumKl) / rows;
  summary[4] = sumEntropy / rows;
}

defineKernel<KlRewardsOptions>({
  name: 'RewardsSummary',
  inputs: ['logprobs', 'kl', 'scores', 'lengths', 'hasEos'],
  outputs: ([, , batch]) => [
    { shape: batch, dtype: 'float32' },
    { shape: [KL_REWARDS_SUMMARY.length], dtype: 'float32' },
  ],
  reference: ([logprobs, kl, scores, lengths, hasEos], [scoresUsed, summary], [shape], options) =>
    rewardsSummaryReference({ logprobs, kl, scores, lengths, hasEos }, scoresUsed, summary, shape[1], options),
  program: ([logprobs, kl, scores, lengths, hasEos], [scoresUsed, summary], options) => {
    const [rows, slots] = logprobs.shape;
    return [
      {
        file: 'shaders/klRewardsSummary.wgsl',
        source,
        constants: { SLOTS: slots, ...rewardSwitches(options) },
        bindings: [scoresUsed, summary, kl, logprobs, scores, lengths, hasEos],
        uniforms: [u32('rows', rows), ...rewardUniforms(options)],
        workgroups: [1],
      },
    ];
  },
});

// No gradient: a report is not learned from.

/**
 * @param inputs as given to `klRewards`, with the `kl` [B, R] that came out
 * @returns `scoresUsed` [B] and `summary` [5] in the order of KL_REWARDS_SUMMARY
 * @throws RangeError when shapes differ; TypeError when `lengths` or `hasEos` are not int32
 */
export function rewardsSummary(
  { logprobs, kl, scores, lengths, hasEos }: Omit<KlRewardsInputs, 'referenceLogprobs'> & { kl: Tensor2D },
  options: LiveKlRewardsOptions,
): { scoresUsed: Tensor1D; summary: Tensor1D } {
  expectShape('rewardsSummary', 'logprobs', logprobs, [-1, -1]);
  expectShape('rewardsSummary', 'kl', kl, logprobs.shape);
  for (const [name, tensor] of Object.entries({ scores, lengths, hasEos })) {
    expectShape('rewardsSummary', name, tensor, [logprobs.shape[0]]);
  }
  expectType('rewardsSummary', 'lengths', lengths, 'int32');
  expectType('rewardsSummary', 'hasEos', hasEos, 'int32');
  const [scoresUsed, summary] = runKernel('RewardsSummary', { logprobs, kl, scores, lengths, hasEos }, options);
  return { scoresUsed: scoresUsed as Tensor1D, summary: summary as Tensor1D };
}
