import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import {
  klRewards,
  klRewardsGradReference,
  klRewardsReference,
  klRewardsScoreGradReference,
  type KlRewardsOptions,
} from '../../src/kernels/klRewards';
import { rewardsSummaryReference } from '../../src/kernels/rewardsSummary';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

const OPTIONS: KlRewardsOptions = {
  klCoef: 0.5,
  estimator: 'k1',
  scorePosition: 'last_token',
  scoreClip: null,
  missingEosPenalty: null,
  missingEosScore: null,
};

/** Two rows of three slots; the first row has two real ones and no EOS, its third slot holds junk. */
function example(options: Partial<KlRewardsOptions>) {
  const inputs = {
    logprobs: Float64Array.of(-1, -2, NaN, -1, -1, -1),
    referenceLogprobs: Float64Array.of(-2, -1, 9, -1, -3, -1),
    scores: Float64Array.of(4, -6),
    lengths: Int32Array.of(2, 3),
    hasEos: Int32Array.of(0, 1),
  };
  const outputs = {
    rewards: new Float64Array(6),
    kl: new Float64Array(6),
    nonScoreReward: new Float64Array(6),
  };
  const all = { ...OPTIONS, ...options };
  klRewardsReference(inputs, outputs, 3, all);
  const [scoresUsed, summary] = [new Float64Array(2), new Float64Array(5)];
  rewardsSummaryReference({ ...inputs, kl: outputs.kl }, scoresUsed, summary, 3, all);
  return { ...outputs, scoresUsed, summary };
}

describe('klRewards reference', () => {
  it('penalises divergence and rewards the last token, by hand', () => {
    const { rewards, kl, nonScoreReward, scoresUsed, summary } = example({});
    expectClose(kl, [1, -1, 0, 0, 2, 0]);
    expectClose(nonScoreReward, [-0.5, 0.5, 0, 0, -1, 0]);
    expectClose(rewards, [-0.5, 4.5, 0, 0, -1, -6]);
    expectClose(scoresUsed, [4, -6]);
    expectClose(summary, [1, -0.5, -1, -1.5, 3]);
  });

  it('puts the score one slot later where there is one', () => {
    expectClose(example({ scorePosition: 'next_slot' }).rewards, [-0.5, 0.5, 4, 0, -1, -6]);
  });

  it('clips the raw score before the missing-EOS rule', () => {
    expectClose(example({ scoreClip: 5 }).scoresUsed, [4, -5]);
    expectClose(example({ scoreClip: 3, missingEosPenalty: 1 }).scoresUsed, [2, -3]);
    expectClose(example({ scoreClip: 3, missingEosScore: -9 }).scoresUsed, [-9, -3]);
  });

  it('estimates with k3, never negative', () => {
    const { kl } = example({ estimator: 'k3' });
    expectClose(kl, [Math.exp(-1), Math.E - 2, 0, 0, Math.exp(-2) + 1, 0]);
  });

  it('shows the pure score at coefficient 0', () => {
    expectClose(example({ klCoef: 0 }).rewards, [0, 4, 0, 0, 0, -6]);
  });

  it.each<Partial<KlRewardsOptions>>([
    {},
    { estimator: 'k3', scorePosition: 'next_slot', scoreClip: 1 },
    { estimator: 'k3', missingEosScore: -1 },
    { scoreClip: 1.5, missingEosPenalty: 1 },
  ])('has the gradients of central differences with %j', (chosen) => {
    const options = { ...OPTIONS, ...chosen };
    const [rows, slots] = [4, 5];
    const inputs = {
      logprobs: Float64Array.from(normals(rows * slots, 1)),
      referenceLogprobs: Float64Array.from(normals(rows * slots, 2)),
      scores: Float64Array.of(0.3, -2.5, 1.2, 0.7),
      lengths: Int32Array.of(5, 1, 3, 4),
      hasEos: Int32Array.of(0, 1, 1, 0),
    };
    const dy = Float64Array.from(normals(rows * slots, 4));
    const forward = () => {
      const outputs = {
        rewards: new Float64Array(rows * slots),
        kl: new Float64Array(rows * slots),
        nonScoreReward: new Float64Array(rows * slots),
      };
      klRewardsReference(inputs, outputs, slots, options);
      return outputs.rewards;
    };
    const [dlogprobs, dreference] = [new Float64Array(rows * slots), new Float64Array(rows * slots)];
    const dscores = new Float64Array(rows);
    klRewardsGradReference(dy, inputs, dlogprobs, dreference, slots, options);
    klRewardsScoreGradReference(dy, inputs, dscores, slots, options);
    checkGradient('dlogprobs', inputs.logprobs, forward, dy, dlogprobs);
    checkGradient('dreferenceLogprobs', inputs.referenceLogprobs, forward, dy, dreference);
    checkGradient('dscores', inputs.scores, forward, dy, dscores);
  });

  it('refuses what cannot be meant', async () => {
    await startEngine('cpu');
    const [logprobs, scores, lengths] = [
      tf.zeros<tf.Rank.R2>([2, 3]),
      tf.zeros<tf.Rank.R1>([2]),
      tf.tensor1d([1, 2], 'int32'),
    ];
    const inputs = { logprobs, referenceLogprobs: logprobs, scores, lengths, hasEos: lengths };
    expect(() => klRewards(inputs, { ...OPTIONS, missingEosPenalty: 1, missingEosScore: -1 })).toThrow(/at most one/);
    expect(() => klRewards({ ...inputs, lengths: scores }, OPTIONS)).toThrow(/lengths is float32/);
    expect(() => klRewards({ ...inputs, scores: tf.zeros([3]) }, OPTIONS)).toThrow(/scores has shape \[3\]/);
  });
});
