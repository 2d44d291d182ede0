import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { countDuring } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { klRewards, type KlRewardsOptions } from '../../src/kernels/klRewards';
import { rewardsSummary } from '../../src/kernels/rewardsSummary';
import { LONG_SUM, SINGLE } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

const OPTIONS: KlRewardsOptions = {
  klCoef: 0.1,
  estimator: 'k1',
  scorePosition: 'last_token',
  scoreClip: null,
  missingEosPenalty: null,
  missingEosScore: null,
};
const VARIANTS: Partial<KlRewardsOptions>[] = [
  {},
  { estimator: 'k3', scorePosition: 'next_slot', scoreClip: 1, missingEosPenalty: 0.5 },
  { estimator: 'k3', missingEosScore: -1 },
];

/** Log-probabilities near each other, as in training; everything behind a row's length is NaN. */
function build(rows: number, slots: number, chosen: Partial<KlRewardsOptions>, scale = 1, surprise = 0) {
  const options = { ...OPTIONS, ...chosen };
  const lengths = integers(rows, slots, 9).map((n) => n + 1);
  const pad = (values: Float32Array) =>
    values.map((value, i) => (i % slots < lengths[Math.floor(i / slots)] ? value : NaN));
  const base = normals(rows * slots, 1, scale).map((value) => -Math.abs(value));
  const shifts = normals(rows * slots, 2, 0.3);
  const reference = base.map((value, i) => value + shifts[i] * (i % 3 === 0 ? 0.01 : 1));
  const rawScores = normals(rows, 3, scale);
  if (surprise) [rawScores[0], base[rows * slots - slots]] = [surprise, surprise];
  return () => {
    const logprobs = tf.tensor2d(pad(base), [rows, slots]);
    const referenceLogprobs = tf.tensor2d(pad(reference), [rows, slots]);
    const scores = tf.tensor1d(rawScores);
    const fixed = { lengths: tf.tensor1d(lengths, 'int32'), hasEos: tf.tensor1d(integers(rows, 2, 5), 'int32') };
    const dy = tf.tensor2d(normals(rows * slots, 4), [rows, slots]);
    const [dlogprobs, dreference, dscores] = tf.grads(
      (a, b, c) =>
        klRewards(
          { logprobs: a as tf.Tensor2D, referenceLogprobs: b as tf.Tensor2D, scores: c as tf.Tensor1D, ...fixed },
          options,
        ).rewards,
    )([logprobs, referenceLogprobs, scores], dy);
    const made = klRewards({ logprobs, referenceLogprobs, scores, ...fixed }, options);
    const report = rewardsSummary({ logprobs, kl: made.kl, scores, ...fixed }, options);
    return { ...made, ...report, dlogprobs, dreference, dscores };
  };
}

describe.each(VARIANTS)('klRewards on WebGPU equals its reference with %j', (options) => {
  it.each([
    [1, 1],
    [3, 5],
    [65, 7],
    [2049, 13],
  ])('%i rows of %i slots', (rows, slots) => expectSameOnWebGPU(build(rows, slots, options), { summary: LONG_SUM }));

  // The terms of size 1e4 leave 1e-3 of a difference of log-probabilities.
  it('large values', () => expectSameOnWebGPU(build(5, 9, options, 1e4), { rtol: 1e-5, atol: 1e-4 }));
  it('NaN stays in its row', () => expectSameOnWebGPU(build(5, 9, options, 1, NaN), SINGLE));
});

describe('klRewards on WebGPU', () => {
  it('is one dispatch forward and two backward, and one for the report', async () => {
    await startEngine('webgpu');
    const once = build(5, 9, {});
    const { counted } = await countDuring(() => tf.dispose(tf.tidy(once)));
    // Twice forward (once inside the gradient), then tokens and scores backward, and the report.
    expect(counted.dispatches).toBe(2 + 2 + 1);
  });
});
