/**
 * Rewards of PPO: a KL penalty on every token and the reward model's score on one.
 *   kl_t = log π(a_t) − log π_ref(a_t)                              (k1; unbiased, either sign)
 *   kl_t = exp(d) − 1 − d,  d = log π_ref(a_t) − log π(a_t)          (k3; never negative)
 *   reward_t = −β · kl_t + [t holds the score] · score
 * [B, R] arrays are response slots; slot t is real iff t < lengths[b], lengths counting the EOS. Padded slots may hold
 * anything and come out 0, but for the score where `next_slot` puts it right behind the last token.
 * One dispatch for what is about thirty plain ops with their masks. What is reported about the rewards is in rewardsSummary.ts.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import gradSource from '../../shaders/klRewardsGrad.wgsl?raw';
import scoreGradSource from '../../shaders/klRewardsScoreGrad.wgsl?raw';
import source from '../../shaders/klRewards.wgsl?raw';
import { defineKernel, runKernel, sharedGradients, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { expectShape, expectType } from './shapes';
import type { StepNumber } from './stepValue';

const WORKGROUP = 64;
export interface KlRewardsInputs {
  /** [B, R] of the policy that sampled the tokens. */
  logprobs: Tensor2D;
  /** [B, R] of the same tokens under the frozen reference. */
  referenceLogprobs: Tensor2D;
  /** [B] from the reward model. */
  scores: Tensor1D;
  /** int32 [B], from 1 to R, EOS included. */
  lengths: Tensor1D;
  /** int32 [B], 1 where the response ended by itself. */
  hasEos: Tensor1D;
}

export interface KlRewardsOptions {
  klCoef: number;
  estimator: 'k1' | 'k3';
  /** `next_slot`: one behind the last token, or the last slot where the response fills the row (TRL). */
  scorePosition: 'last_token' | 'next_slot';
  /** Raw scores are clamped to ± this before the missing-EOS rule; null leaves them. */
  scoreClip: number | null;
  /** Subtracted from the score of a response without EOS; null for nothing. */
  missingEosPenalty: number | null;
  /** Replaces the score of a response without EOS; null for nothing. Excludes the penalty. */
  missingEosScore: number | null;
}

/** The options as callers give them: β may change from step to step. */
export type LiveKlRewardsOptions = Omit<KlRewardsOptions, 'klCoef'> & { klCoef: StepNumber };

export interface KlRewards {
  /** [B, R] */
  rewards: Tensor2D;
  /** [B, R] */
  kl: Tensor2D;
  /** [B, R] −β · kl */
  nonScoreReward: Tensor2D;
}

export interface KlRewardsHostInputs {
  logprobs: HostArray;
  referenceLogprobs: HostArray;
  scores: HostArray;
  lengths: HostArray;
  hasEos: HostArray;
}

interface HostOutputs {
  rewards: HostArray;
  kl: HostArray;
  nonScoreReward: HostArray;
}

/** −1 (no slot) for an empty response at `last_token`. */
function scoreSlot(length: number, slots: number, { scorePosition }: KlRewardsOptions): number {
  return scorePosition === 'last_token' ? length - 1 : Math.min(length, slots - 1);
}

/** A row's score after clip and missing-EOS rule. */
export function scoreUsed(
  score: number,
  hasEos: number,
  { scoreClip, missingEosPenalty, missingEosScore }: KlRewardsOptions,
): number {
  const clipped = scoreClip === null ? score : Math.min(scoreClip, Math.max(-scoreClip, score));
  if (hasEos !== 0) return clipped;
  return missingEosScore ?? clipped - (missingEosPenalty ?? 0);
}

export function klRewardsReference(
  inputs: KlRewardsHostInputs,
  outputs: HostOutputs,
  slots: number,
  options: KlRewardsOptions,
): void {
  const { logprobs, referenceLogprobs, scores, lengths, hasEos } = inputs;
  const { rewards, kl, nonScoreReward } = outputs;
  const { klCoef, estimator } = options;
  for (let row = 0; row < lengths.length; row++) {
    for (let t = 0; t < slots; t++) {
      const i = row * slots + t;
      let divergence = 0;
      if (t < lengths[row]) {
        const d = referenceLogprobs[i] - logprobs[i];
        divergence = estimator === 'k1' ? -d : Math.expm1(d) - d;
      }
      kl[i] = divergence;
      nonScoreReward[i] = rewards[i] = -klCoef * divergence;
    }
    const at = scoreSlot(lengths[row], slots, options);
    if (at >= 0) rewards[row * slots + at] += scoreUsed(scores[row], hasEos[row], options);
  }
}

/** Gradients of `rewards` alone. @param dy upstream on `rewards` */
export function klRewardsGradReference(
  dy: HostArray,
  { logprobs, referenceLogprobs, lengths }: Omit<KlRewardsHostInputs, 'scores' | 'hasEos'>,
  dlogprobs: HostArray,
  dreference: HostArray,
  slots: number,
  { klCoef, estimator }: KlRewardsOptions,
): void {
  for (let row = 0; row < lengths.length; row++) {
    for (let t = 0; t < slots; t++) {
      const i = row * slots + t;
      const slope = estimator === 'k1' ? 1 : -Math.expm1(referenceLogprobs[i] - logprobs[i]);
      const gradient = t < lengths[row] ? -klCoef * slope * dy[i] : 0;
      dlogprobs[i] = gradient;
      dreference[i] = -gradient;
    }
  }
}

export function klRewardsScoreGradReference(
  dy: HostArray,
  { scores, lengths, hasEos }: Omit<KlRewardsHostInputs, 'logprobs' | 'referenceLogprobs'>,
  dscores: HostArray,
  slots: number,
  options: KlRewardsOptions,
): void {
  for (let row = 0; row < lengths.length; row++) {
    const at = scoreSlot(lengths[row], slots, options);
    const isClipped = options.scoreClip !== null && Math.abs(scores[row]) > options.scoreClip;
    const isReplaced = options.missingEosScore !== null && hasEos[row] === 0;
    dscores[row] = at < 0 || isClipped || isReplaced ? 0 : dy[row * slots + at];
  }
}

/** What of the options is baked into the shaders. */
export const rewardSwitches = (options: KlRewardsOptions) => ({
  WORKGROUP,
  NEXT_SLOT: options.scorePosition === 'next_slot',
  CLIPS: options.scoreClip !== null,
  REPLACES: options.missingEosScore !== null,
  PENALISES: options.missingEosPenalty !== null,
});

export const rewardUniforms = (options: KlRewardsOptions) => [
  f32('klCoef', options.klCoef),
  f32('scoreClip', options.scoreClip ?? 0),
  f32('missingEosPenalty', options.missingEosPenalty ?? 0),
  f32('missingEosScore', options.missingEosScore ?? 0),
];

defineKernel<KlRewardsOptions>({
  name: 'KlRewards',
  inputs: ['logprobs', 'referenceLogprobs', 'scores', 'lengths', 'hasEos'],
  outputs: ([slots]) => [
    { shape: slots, dtype: 'float32' },
    { shape: slots, dtype: 'float32' },
    { shape: slots, dtype: 'float32' },
  ],
  reference: (
    [logprobs, referenceLogprobs, scores, lengths, hasEos],
    [rewards, kl, nonScoreReward],
    [shape],
    options,
  ) => {
    const inputs = { logprobs, referenceLogprobs, scores, lengths, hasEos };
    klRewardsReference(inputs, { rewards, kl, nonScoreReward }, shape[1], options);
  },
  wasm: {
    // k3 needs expm1, and is for looking at a run, not for training it.
    fits: ([[, slots]], { estimator }) => estimator === 'k1' && slots % 4 === 0,
    calls: (inputs, outputs, [[rows, slots]], options) => {
      const { klCoef, scorePosition, scoreClip, missingEosPenalty, missingEosScore } = options;
      const rule = [missingEosScore !== null, missingEosScore ?? missingEosPenalty ?? 0];
      const args = [
        ...inputs,
        ...outputs,
        slots,
        klCoef,
        scorePosition === 'next_slot',
        scoreClip ?? Infinity,
        ...rule,
      ];
      return [{ kernel: 'klRewards', args, items: rows, work: 3 * rows * slots }];
    },
  },
  program: ([logprobs, referenceLogprobs, scores, lengths, hasEos], [rewards, kl, nonScoreReward], options) => {
    const [rows, slots] = logprobs.shape;
    return [
      {
        file: 'shaders/klRewards.wgsl',
        source,
        constants: { SLOTS: slots, ...rewardSwitches(options), IS_K3: options.estimator === 'k3' },
        bindings: [rewards, kl, nonScoreReward, logprobs, referenceLogprobs, scores, lengths, hasEos],
        uniforms: [u32('count', rows * slots), ...rewardUniforms(options)],
        workgroups: linearGroups(rows * slots, WORKGROUP),
      },
    ];
  },
});

defineKernel<KlRewardsOptions>({
  name: 'KlRewardsGrad',
  inputs: ['dy', 'logprobs', 'referenceLogprobs', 'lengths'],
  outputs: ([dy]) => [
    { shape: dy, dtype: 'float32' },
    { shape: dy, dtype: 'float32' },
  ],
  reference: ([dy, logprobs, referenceLogprobs, lengths], [dlogprobs, dreference], [shape], options) =>
    klRewardsGradReference(dy, { logprobs, referenceLogprobs, lengths }, dlogprobs, dreference, shape[1], options),
  program: ([dy, logprobs, referenceLogprobs, lengths], [dlogprobs, dreference], options) => {
    const [rows, slots] = dy.shape;
    return [
      {
        file: 'shaders/klRewardsGrad.wgsl',
        source: gradSource,
        constants: { WORKGROUP, SLOTS: slots, IS_K3: options.estimator === 'k3' },
        bindings: [dlogprobs, dreference, dy, logprobs, referenceLogprobs, lengths],
        uniforms: [u32('count', rows * slots), f32('klCoef', options.klCoef)],
        workgroups: linearGroups(rows * slots, WORKGROUP),
      },
    ];
  },
});

defineKernel<KlRewardsOptions>({
  name: 'KlRewardsScoreGrad',
  inputs: ['dy', 'scores', 'lengths', 'hasEos'],
  outputs: ([, scores]) => [{ shape: scores, dtype: 'float32' }],
  reference: ([dy, scores, lengths, hasEos], [dscores], [shape], options) =>
    klRewardsScoreGradReference(dy, { scores, lengths, hasEos }, dscores, shape[1], options),
  program: ([dy, scores, lengths, hasEos], [dscores], options) => {
    const [rows, slots] = dy.shape;
    return [
      {
        file: 'shaders/klRewardsScoreGrad.wgsl',
        source: scoreGradSource,
        constants: { SLOTS: slots, ...rewardSwitches(options) },
        bindings: [dscores, dy, scores, lengths, hasEos],
        uniforms: [u32('rows', rows), f32('scoreClip', options.scoreClip ?? 0)],
        workgroups: linearGroups(rows, WORKGROUP),
      },
    ];
  },
});

// Saved from the forward pass: the inputs. Only `rewards` is differentiated.
tf.registerGradient({
  kernelName: 'KlRewards',
  inputsToSave: ['logprobs', 'referenceLogprobs', 'scores', 'lengths', 'hasEos'],
  gradFunc: (dys, [logprobs, referenceLogprobs, scores, lengths, hasEos], attrs) => {
    const dy = (dys as Tensor[])[0];
    const tokens = sharedGradients(() => {
      const [dlogprobs, dreference] = runKernel('KlRewardsGrad', { dy, logprobs, referenceLogprobs, lengths }, attrs);
      return { logprobs: dlogprobs, referenceLogprobs: dreference };
    }, ['logprobs', 'referenceLogprobs']);
    return { ...tokens, scores: () => runKernel('KlRewardsScoreGrad', { dy, scores, lengths, hasEos }, attrs)[0] };
  },
});

/**
 * Rewards per token from log-probabilities and scores. Differentiable in
 * `logprobs`, `referenceLogprobs` and `scores` through `rewards` only: a loss on another output has gradient 0.
 * @throws RangeError when shapes differ, or when both missing-EOS rules are given
 * @throws TypeError when `lengths` or `hasEos` are not int32
 * @source openai/lm-human-preferences, train_policy.py `compute_rewards`; TRL, ppo_trainer.py; estimators:
 *   joschu.net/blog/kl-approx.html. Differs: masks padding.
 */
export function klRewards(inputs: KlRewardsInputs, options: LiveKlRewardsOptions): KlRewards {
  const { logprobs, referenceLogprobs, scores, lengths, hasEos } = inputs;
  expectShape('klRewards', 'logprobs', logprobs, [-1, -1]);
  expectShape('klRewards', 'referenceLogprobs', referenceLogprobs, logprobs.shape);
  for (const [name, tensor] of Object.entries({ scores, lengths, hasEos })) {
    expectShape('klRewards', name, tensor, [logprobs.shape[0]]);
  }
  expectType('klRewards', 'lengths', lengths, 'int32');
  expectType('klRewards', 'hasEos', hasEos, 'int32');
  if (options.missingEosPenalty !== null && options.missingEosScore !== null) {
    const { missingEosPenalty, missingEosScore } = options;
    throw new RangeError(
      `klRewards: missingEosPenalty ${missingEosPenalty} and missingEosScore ${missingEosScore} are both given; expected at most one; set the other to null.`,
    );
  }
  const [rewards, kl, nonScoreReward] = runKernel('KlRewards', { ...inputs }, options);
  return {
    rewards: rewards as Tensor2D,
    kl: kl as Tensor2D,
    nonScoreReward: nonScoreReward as Tensor2D,
  };
}
