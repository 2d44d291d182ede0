import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import {
  pairwiseLoss,
  pairwiseLossGradReference,
  pairwiseLossReference,
  rankingLoss,
  rankingLossGradReference,
  rankingLossReference,
  type RankingLossOptions,
} from '../../src/kernels/rankingLoss';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

/** −log σ(x), the plain way. */
const nls = (x: number) => Math.log(1 + Math.exp(-x));

describe('rankingLoss reference', () => {
  const run = (inputs: (Float64Array | Int32Array)[], slots: number, options: RankingLossOptions) => {
    const prompts = inputs[2].length;
    const [loss, perPromptLoss, pairs, correct, metrics] = [1, prompts, prompts, prompts, 4].map(
      (n) => new Float64Array(n),
    );
    rankingLossReference(inputs, [loss, perPromptLoss, pairs, correct, metrics], slots, options);
    return { loss, perPromptLoss, pairs, correct, metrics };
  };
  // First prompt: 3 answers, two of them tied; second: 2 answers in the right order; third: all tied.
  const REWARDS = Float64Array.of(1, 3, 2, 0.5, -0.5, NaN, 4, 4, NaN);
  const RANKS = Int32Array.of(0, 1, 1, 0, 1, 0, 2, 2, 0);
  const K = Int32Array.of(3, 2, 2);

  it('by hand, over the pairs that are left', () => {
    const got = run([REWARDS, RANKS, K], 3, { divisor: 'valid_pairs', centering: 0 });
    expectClose(got.perPromptLoss, [(nls(-2) + nls(-1)) / 2, nls(1), 0]);
    expectClose(got.loss, [((nls(-2) + nls(-1)) / 2 + nls(1)) / 2]);
    expectClose(got.pairs, [2, 1, 0]);
    expectClose(got.correct, [0, 1, 0]);
    expectClose(got.metrics, [1 / 3, (-2 - 1 + 1) / 3, 2, 7]);
  });

  it('by hand, over all K(K−1)/2 pairs', () => {
    const got = run([REWARDS, RANKS, K], 3, { divisor: 'k_choose_2', centering: 0 });
    expectClose(got.perPromptLoss, [(nls(-2) + nls(-1)) / 3, nls(1), 0]);
    expectClose(got.loss, [((nls(-2) + nls(-1)) / 3 + nls(1)) / 3]);
  });

  it('adds the mean squared reward of real slots', () => {
    const inputs = [REWARDS, RANKS, K];
    const [plain, centred] = [0, 0.5].map((centering) => run(inputs, 3, { divisor: 'valid_pairs', centering }).loss[0]);
    expect(centred - plain).toBeCloseTo((0.5 * (1 + 9 + 4 + 0.25 + 0.25 + 16 + 16)) / 7);
  });

  it('does not overflow far from zero', () => {
    const { loss } = run([Float64Array.of(-1e4, 1e4), Int32Array.of(0, 1), Int32Array.of(2)], 2, {
      divisor: 'valid_pairs',
      centering: 0,
    });
    expect(loss[0]).toBe(2e4);
  });

  it.each<RankingLossOptions>([
    { divisor: 'valid_pairs', centering: 0.05 },
    { divisor: 'k_choose_2', centering: 0 },
  ])('has the gradient of central differences with %j', (options) => {
    const rewards = Float64Array.from(normals(12, 1));
    const inputs = [rewards, Int32Array.of(2, 0, 1, 1, 0, 1, 2, 9, 5, 5, 9, 9), Int32Array.of(4, 3, 2)];
    const { pairs, metrics } = run(inputs, 4, options);
    const drewards = new Float64Array(12);
    rankingLossGradReference(Float64Array.of(1.7), inputs, [pairs, metrics], drewards, 4, options);
    checkGradient('drewards', rewards, () => run(inputs, 4, options).loss, Float64Array.of(1.7), drewards);
  });

  it('refuses what cannot be meant', async () => {
    await startEngine('cpu');
    const [rewards, ranks, k] = [
      tf.zeros<tf.Rank.R2>([2, 3]),
      tf.zeros<tf.Rank.R2>([2, 3], 'int32'),
      tf.tensor1d([3, 2], 'int32'),
    ];
    const options: RankingLossOptions = { divisor: 'valid_pairs', centering: 0 };
    expect(() => rankingLoss({ rewards, ranks: rewards, k }, options)).toThrow(/ranks is float32/);
    expect(() => rankingLoss({ rewards, ranks, k: tf.zeros([3], 'int32') }, options)).toThrow(/k has shape \[3\]/);
  });
});

describe('pairwiseLoss reference', () => {
  const run = (chosen: Float64Array, rejected: Float64Array, margin: Float64Array | undefined, centering: number) => {
    const [loss, accuracy, meanMargin, doubts] = [1, 1, 1, chosen.length].map((n) => new Float64Array(n));
    pairwiseLossReference(chosen, rejected, margin, [loss, accuracy, meanMargin, doubts], centering);
    return { loss, accuracy, meanMargin, doubts };
  };

  it('by hand, with margin and centring', () => {
    const got = run(Float64Array.of(2, 1), Float64Array.of(1, 3), Float64Array.of(0.5, 1), 0.1);
    expectClose(got.loss, [(nls(0.5) + nls(-3)) / 2 + 0.1 * ((9 + 16) / 2)]);
    expectClose(got.accuracy, [0.5]);
    expectClose(got.meanMargin, [-0.5]);
  });

  it('counts equal rewards as wrong', () => {
    expect(run(Float64Array.of(1), Float64Array.of(1), undefined, 0).accuracy[0]).toBe(0);
  });

  it('has the gradients of central differences', () => {
    const [chosen, rejected, margin] = [1, 2, 3].map((seed) => Float64Array.from(normals(5, seed)));
    const forward = () => run(chosen, rejected, margin, 0.1).loss;
    const [dchosen, drejected] = [new Float64Array(5), new Float64Array(5)];
    const { doubts } = run(chosen, rejected, margin, 0.1);
    pairwiseLossGradReference(Float64Array.of(1.7), chosen, rejected, doubts, [dchosen, drejected], 0.1);
    checkGradient('dchosen', chosen, forward, Float64Array.of(1.7), dchosen);
    checkGradient('drejected', rejected, forward, Float64Array.of(1.7), drejected);
  });

  it('refuses what cannot be meant', async () => {
    await startEngine('cpu');
    const none = tf.zeros<tf.Rank.R1>([0]);
    expect(() => pairwiseLoss({ chosen: none, rejected: none }, { centering: null })).toThrow(/empty/);
    expect(() => pairwiseLoss({ chosen: tf.zeros([2]), rejected: tf.zeros([3]) }, { centering: null })).toThrow(
      /rejected has shape/,
    );
  });
});
