import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { countDuring } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { pairwiseLoss, rankingLoss, type RankingLossOptions } from '../../src/kernels/rankingLoss';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

/** Between one and `slots` answers a prompt, with ties; slots behind them hold NaN. */
function ranking(prompts: number, slots: number, options: RankingLossOptions, scale = 1, surprise = 0) {
  const n = prompts * slots;
  const answers = integers(prompts, slots, 9).map((draw) => draw + 1);
  const x = normals(n, 1, scale).map((value, i) => (i % slots < answers[Math.floor(i / slots)] ? value : NaN));
  if (surprise) x[0] = surprise;
  return () => {
    const rewards = tf.tensor2d(x, [prompts, slots]);
    const fixed = {
      ranks: tf.tensor2d(integers(n, Math.max(2, slots - 1), 5), [prompts, slots], 'int32'),
      k: tf.tensor1d(answers, 'int32'),
    };
    const loss = (r: tf.Tensor) => rankingLoss({ rewards: r as tf.Tensor2D, ...fixed }, options);
    return { ...loss(rewards), drewards: tf.grad((r) => loss(r).loss)(rewards, tf.scalar(1.7)) };
  };
}

function pairwise(n: number, hasMargin: boolean, centering: number | null, scale = 1, surprise = 0) {
  const x = normals(n, 1, scale);
  if (surprise) x[0] = surprise;
  return () => {
    const [chosen, rejected] = [tf.tensor1d(x), tf.tensor1d(normals(n, 2, scale))];
    const margin = hasMargin ? tf.tensor1d(normals(n, 3)) : undefined;
    const loss = (c: tf.Tensor, r: tf.Tensor) =>
      pairwiseLoss({ chosen: c as tf.Tensor1D, rejected: r as tf.Tensor1D, margin }, { centering });
    const [dchosen, drejected] = tf.grads((c, r) => loss(c, r).loss)([chosen, rejected], tf.scalar(1.7));
    return { ...loss(chosen, rejected), dchosen, drejected };
  };
}

describe.each<RankingLossOptions>([
  { divisor: 'valid_pairs', centering: 0.05 },
  { divisor: 'k_choose_2', centering: 0 },
])('rankingLoss on WebGPU equals its reference with %j', (options) => {
  it.each([
    [1, 1],
    [1, 2],
    [3, 9],
    [65, 5],
    [2049, 4],
  ])('%i prompts of %i answers', (prompts, slots) => expectSameOnWebGPU(ranking(prompts, slots, options), LONG_SUM));

  it('large values', () => expectSameOnWebGPU(ranking(7, 9, options, 1e4), LONG_SUM));
  it('NaN', () => expectSameOnWebGPU(ranking(7, 9, options, 1, NaN), LONG_SUM));
});

describe('pairwiseLoss on WebGPU equals its reference', () => {
  it.each([1, 7, 65, 4099])('%i pairs', async (n) => {
    await expectSameOnWebGPU(pairwise(n, true, 0.05), LONG_SUM);
    await expectSameOnWebGPU(pairwise(n, false, null), LONG_SUM);
  });
  it('large values', () => expectSameOnWebGPU(pairwise(65, true, 0.05, 1e4), { rtol: 1e-4, atol: 1e-2 }));
  it('NaN', () => expectSameOnWebGPU(pairwise(65, true, 0.05, 1, NaN), LONG_SUM));
});

describe('rankingLoss on WebGPU', () => {
  it.each([
    ['ranking', ranking(7, 9, { divisor: 'valid_pairs', centering: 0.05 })],
    ['pairwise', pairwise(7, true, null)],
  ])('is one dispatch forward and one backward, %s', async (_, once) => {
    await startEngine('webgpu');
    const { counted } = await countDuring(() => tf.dispose(tf.tidy(() => ({ ...once() }) as tf.NamedTensorMap)));
    // Twice forward (once inside the gradient) and once backward.
    expect(counted.dispatches).toBe(3);
  });
});
