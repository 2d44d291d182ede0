/**
 * Reward-model losses.
 *   K answers per prompt:  mean over prompts of  Σ_(w better than l) −log σ(r_w − r_l) / divisor   + c · mean(r²)
 *   pairs:                 mean of −log σ(chosen − rejected − margin)                              + c · mean((chosen + rejected)²)
 * A ranking of K answers gives up to K(K−1)/2 pairs that share their answers; all pairs of a prompt form one batch
 * element, which weighs every prompt the same and needs one forward pass per answer, not per pair. Ties are dropped.
 * −log σ(x) is computed as max(−x, 0) + log(1 + exp(−|x|)), which never overflows. One dispatch forward and one backward;
 * as plain ops a ranking takes K² gathers or a [P, K, K] difference with its masks, about twenty-five.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import gradSource from '../../shaders/rankingLossGrad.wgsl?raw';
import pairwiseGradSource from '../../shaders/rankingLossPairwiseGrad.wgsl?raw';
import pairwiseSource from '../../shaders/rankingLossPairwise.wgsl?raw';
import source from '../../shaders/rankingLoss.wgsl?raw';
import { defineKernel, runKernel, sharedGradients, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { expectShape, expectType } from './shapes';

const WORKGROUP = 64;

/** Order of the ranking's metrics. Accuracy and margin pool all pairs; equal rewards count as wrong. */
export const RANKING_METRICS = ['accuracy', 'mean_margin', 'prompts', 'scores'] as const;

export interface RankingLossInputs {
  /** [P, K] */
  rewards: Tensor2D;
  /** int32 [P, K]: lower is better, equal is a tie. */
  ranks: Tensor2D;
  /** int32 [P]: answers of each prompt, at most K; slots from there on may hold anything. */
  k: Tensor1D;
}

export interface RankingLossOptions {
  /** `valid_pairs`: pairs left without ties; prompts without any are left out. `k_choose_2`: K(K−1)/2. */
  divisor: 'valid_pairs' | 'k_choose_2';
  /** Weight of the mean squared reward, which pins the free constant; 0 for none. */
  centering: number;
}

export interface RankingLoss {
  /** Differentiable in `rewards`. */
  loss: Scalar;
  /** [P] without centring */
  perPromptLoss: Tensor1D;
  /** [P] float32, whole numbers */
  pairs: Tensor1D;
  /** [P] float32, pairs ranked as the labels say */
  correct: Tensor1D;
  /** [4] in the order of RANKING_METRICS */
  metrics: Tensor1D;
}

export interface PairwiseLossInputs {
  chosen: Tensor1D;
  rejected: Tensor1D;
  /** [N] by how much `chosen` should win; a constant. */
  margin?: Tensor1D;
}

export interface PairwiseLossOptions {
  /** Weight of the mean squared sum of both rewards; null for none. */
  centering: number | null;
}

export interface PairwiseLoss {
  /** Differentiable in `chosen` and `rejected`. */
  loss: Scalar;
  accuracy: Scalar;
  meanMargin: Scalar;
}

const negativeLogSigmoid = (x: number) => Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** σ(−x): the derivative of −log σ(x) is −σ(−x). */
const doubt = (x: number) => (x >= 0 ? Math.exp(-x) / (1 + Math.exp(-x)) : 1 / (1 + Math.exp(x)));
const divisorOf = (answers: number, pairs: number, { divisor }: RankingLossOptions) =>
  divisor === 'valid_pairs' ? pairs : (answers * (answers - 1)) / 2;

/** @param outputs loss, perPromptLoss, pairs, correct, metrics */
export function rankingLossReference(
  [rewards, ranks, k]: HostArray[],
  [loss, perPromptLoss, pairs, correct, metrics]: HostArray[],
  slots: number,
  options: RankingLossOptions,
): void {
  let [sum, prompts, squares, scores, allPairs, allCorrect, margins] = [0, 0, 0, 0, 0, 0, 0];
  for (let prompt = 0; prompt < k.length; prompt++) {
    const start = prompt * slots;
    let [promptSum, found, right] = [0, 0, 0];
    for (let i = start; i < start + k[prompt]; i++) {
      squares += rewards[i] * rewards[i];
      scores++;
      for (let j = start; j < start + k[prompt]; j++) {
        if (!(ranks[i] < ranks[j])) continue;
        const margin = rewards[i] - rewards[j];
        promptSum += negativeLogSigmoid(margin);
        margins += margin;
        found++;
        if (margin > 0) right++;
      }
    }
    const divisor = divisorOf(k[prompt], found, options);
    perPromptLoss[prompt] = promptSum / Math.max(divisor, 1);
    pairs[prompt] = found;
    correct[prompt] = right;
    sum += promptSum / Math.max(divisor, 1);
    if (divisor > 0) prompts++;
    allPairs += found;
    allCorrect += right;
  }
  loss[0] = sum / Math.max(prompts, 1) + (options.centering * squares) / Math.max(scores, 1);
  metrics[0] = allCorrect / Math.max(allPairs, 1);
  metrics[1] = margins / Math.max(allPairs, 1);
  metrics[2] = prompts;
  metrics[3] = scores;
}

export function rankingLossGradReference(
  dloss: HostArray,
  [rewards, ranks, k]: HostArray[],
  [pairs, metrics]: HostArray[],
  drewards: HostArray,
  slots: number,
  options: RankingLossOptions,
): void {
  drewards.fill(0);
  for (let prompt = 0; prompt < k.length; prompt++) {
    const start = prompt * slots;
    const share = 1 / (Math.max(divisorOf(k[prompt], pairs[prompt], options), 1) * Math.max(metrics[2], 1));
    for (let i = start; i < start + k[prompt]; i++) {
      let sum = 0;
      for (let j = start; j < start + k[prompt]; j++) {
        if (ranks[i] < ranks[j]) sum -= doubt(rewards[i] - rewards[j]);
        if (ranks[i] > ranks[j]) sum += doubt(rewards[j] - rewards[i]);
      }
      drewards[i] = dloss[0] * (sum * share + (2 * options.centering * rewards[i]) / metrics[3]);
    }
  }
}

/** @param outputs loss, accuracy, mean margin, and σ(−(chosen − rejected − margin)) per pair for the gradient */
export function pairwiseLossReference(
  chosen: HostArray,
  rejected: HostArray,
  margin: HostArray | undefined,
  [loss, accuracy, meanMargin, doubts]: HostArray[],
  centering: number,
): void {
  let [sum, correct, differences, squares] = [0, 0, 0, 0];
  for (let i = 0; i < chosen.length; i++) {
    const difference = chosen[i] - rejected[i];
    const x = difference - (margin ? margin[i] : 0);
    sum += negativeLogSigmoid(x);
    doubts[i] = doubt(x);
    if (difference > 0) correct++;
    differences += difference;
    squares += (chosen[i] + rejected[i]) ** 2;
  }
  const n = chosen.length;
  loss[0] = (sum + centering * squares) / n;
  accuracy[0] = correct / n;
  meanMargin[0] = differences / n;
}

export function pairwiseLossGradReference(
  dloss: HostArray,
  chosen: HostArray,
  rejected: HostArray,
  doubts: HostArray,
  [dchosen, drejected]: HostArray[],
  centering: number,
): void {
  const share = dloss[0] / chosen.length;
  for (let i = 0; i < chosen.length; i++) {
    const centre = 2 * centering * (chosen[i] + rejected[i]);
    dchosen[i] = share * (centre - doubts[i]);
    drejected[i] = share * (centre + doubts[i]);
  }
}

defineKernel<RankingLossOptions>({
  name: 'RankingLoss',
  inputs: ['rewards', 'ranks', 'k'],
  outputs: ([, , k]) => [
    { shape: [], dtype: 'float32' },
    { shape: k, dtype: 'float32' },
    { shape: k, dtype: 'float32' },
    { shape: k, dtype: 'float32' },
    { shape: [RANKING_METRICS.length], dtype: 'float32' },
  ],
  reference: (inputs, outputs, [shape], options) => rankingLossReference(inputs, outputs, shape[1], options),
  program: (inputs, outputs, { divisor, centering }) => {
    const [prompts, slots] = inputs[0].shape;
    return [
      {
        file: 'shaders/rankingLoss.wgsl',
        source,
        constants: { WORKGROUP, SLOTS: slots, VALID_PAIRS: divisor === 'valid_pairs' },
        bindings: [...outputs, ...inputs],
        uniforms: [u32('prompts', prompts), f32('centering', centering)],
        workgroups: [1],
      },
    ];
  },
});

defineKernel<RankingLossOptions>({
  name: 'RankingLossGrad',
  inputs: ['dloss', 'rewards', 'ranks', 'k', 'pairs', 'metrics'],
  outputs: ([, rewards]) => [{ shape: rewards, dtype: 'float32' }],
  reference: ([dloss, rewards, ranks, k, pairs, metrics], [drewards], [, shape], options) =>
    rankingLossGradReference(dloss, [rewards, ranks, k], [pairs, metrics], drewards, shape[1], options),
  program: (inputs, [drewards], { divisor, centering }) => {
    const [prompts, slots] = drewards.shape;
    return [
      {
        file: 'shaders/rankingLossGrad.wgsl',
        source: gradSource,
        constants: { WORKGROUP, SLOTS: slots, VALID_PAIRS: divisor === 'valid_pairs' },
        bindings: [drewards, ...inputs],
        uniforms: [u32('count', prompts * slots), f32('centering', centering)],
        workgroups: linearGroups(prompts * slots, WORKGROUP),
      },
    ];
  },
});

interface PairwiseAttrs {
  centering: number;
}

defineKernel<PairwiseAttrs>({
  name: 'PairwiseLoss',
  inputs: ['chosen', 'rejected', 'margin'],
  outputs: ([chosen]) => [
    { shape: [], dtype: 'float32' },
    { shape: [], dtype: 'float32' },
    { shape: [], dtype: 'float32' },
    { shape: chosen, dtype: 'float32' },
  ],
  reference: ([chosen, rejected, margin], outputs, _, { centering }) =>
    pairwiseLossReference(chosen, rejected, margin, outputs, centering),
  program: ([chosen, rejected, margin], outputs, { centering }) => [
    {
      file: 'shaders/rankingLossPairwise.wgsl',
      source: pairwiseSource,
      constants: { WORKGROUP, HAS_MARGIN: margin !== undefined },
      // An absent margin is never read; any other buffer keeps its binding filled.
      bindings: [...outputs, chosen, rejected, margin ?? chosen],
      uniforms: [u32('count', chosen.shape[0]), f32('centering', centering)],
      workgroups: [1],
    },
  ],
});

defineKernel<PairwiseAttrs>({
  name: 'PairwiseLossGrad',
  inputs: ['dloss', 'chosen', 'rejected', 'doubts'],
  outputs: ([, chosen]) => [
    { shape: chosen, dtype: 'float32' },
    { shape: chosen, dtype: 'float32' },
  ],
  reference: ([dloss, chosen, rejected, doubts], outputs, _, { centering }) =>
    pairwiseLossGradReference(dloss, chosen, rejected, doubts, outputs, centering),
  program: (inputs, [dchosen, drejected], { centering }) => [
    {
      file: 'shaders/rankingLossPairwiseGrad.wgsl',
      source: pairwiseGradSource,
      constants: { WORKGROUP },
      bindings: [dchosen, drejected, ...inputs],
      uniforms: [u32('count', dchosen.shape[0]), f32('centering', centering)],
      workgroups: linearGroups(dchosen.shape[0], WORKGROUP),
    },
  ],
});

// Saved from the forward pass: the inputs, the pairs per prompt, and the metrics for their counts.
tf.registerGradient({
  kernelName: 'RankingLoss',
  inputsToSave: ['rewards', 'ranks', 'k'],
  outputsToSave: [false, false, true, false, true],
  gradFunc: (dys, [rewards, ranks, k, pairs, metrics], attrs) => {
    const dloss = (dys as Tensor[])[0];
    return { rewards: () => runKernel('RankingLossGrad', { dloss, rewards, ranks, k, pairs, metrics }, attrs)[0] };
  },
});

// Saved from the forward pass: rewards and the slope per pair, so that the margin, which may be absent, need not be.
tf.registerGradient({
  kernelName: 'PairwiseLoss',
  inputsToSave: ['chosen', 'rejected'],
  outputsToSave: [false, false, false, true],
  gradFunc: (dys, [chosen, rejected, doubts], attrs) => {
    const dloss = (dys as Tensor[])[0];
    return sharedGradients(() => {
      const [dchosen, drejected] = runKernel('PairwiseLossGrad', { dloss, chosen, rejected, doubts }, attrs);
      return { chosen: dchosen, rejected: drejected };
    }, ['chosen', 'rejected']);
  },
});

/**
 * Ranking loss over K answers per prompt.
 * @returns `loss` [], differentiable in `rewards`, with counts per prompt; a batch without any pair has loss 0 but for centring
 * @throws RangeError when shapes differ; TypeError when `ranks` or `k` are not int32
 * @source Ouyang et al. 2022 (arXiv:2203.02155) eq. 1 and appendix C.2
 */
export function rankingLoss(inputs: RankingLossInputs, options: RankingLossOptions): RankingLoss {
  const { rewards, ranks, k } = inputs;
  expectShape('rankingLoss', 'rewards', rewards, [-1, -1]);
  expectShape('rankingLoss', 'ranks', ranks, rewards.shape);
  expectShape('rankingLoss', 'k', k, [rewards.shape[0]]);
  expectType('rankingLoss', 'ranks', ranks, 'int32');
  expectType('rankingLoss', 'k', k, 'int32');
  const [loss, perPromptLoss, pairs, correct, metrics] = runKernel('RankingLoss', { rewards, ranks, k }, options);
  return {
    loss: loss as Scalar,
    perPromptLoss: perPromptLoss as Tensor1D,
    pairs: pairs as Tensor1D,
    correct: correct as Tensor1D,
    metrics: metrics as Tensor1D,
  };
}

/**
 * Pairwise (Bradley-Terry) loss over N independent pairs.
 * @param inputs [N] each
 * @returns scalars; `accuracy` and `meanMargin` are of chosen − rejected, whatever margin was asked for
 * @throws RangeError when shapes differ or there is no pair
 * @source TRL, reward_trainer.py `compute_loss`
 */
export function pairwiseLoss(inputs: PairwiseLossInputs, { centering }: PairwiseLossOptions): PairwiseLoss {
  const { chosen, rejected, margin } = inputs;
  expectShape('pairwiseLoss', 'chosen', chosen, [-1]);
  expectShape('pairwiseLoss', 'rejected', rejected, chosen.shape);
  if (margin) expectShape('pairwiseLoss', 'margin', margin, chosen.shape);
  if (chosen.size === 0) throw new RangeError('pairwiseLoss: chosen is empty; expected at least one pair.');
  const attrs: PairwiseAttrs = { centering: centering ?? 0 };
  const [loss, accuracy, meanMargin] = runKernel('PairwiseLoss', { chosen, rejected, margin }, attrs);
  return { loss: loss as Scalar, accuracy: accuracy as Scalar, meanMargin: meanMargin as Scalar };
}
