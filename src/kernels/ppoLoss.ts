/**
 * The two losses of PPO, each with everything that is reported about it.
 *   ratio = π_new/π_old,  L_policy = mean max(−A·ratio, −A·clip(ratio, 1−ε, 1+ε))
 *   L_value = ½ mean max((V − R)², (V_old + clip(V − V_old, −ε, ε) − R)²)
 * All arrays [B, R]; means over slots with mask 1, every token weighing the same; masked slots may hold anything.
 * One dispatch forward and one backward each; as plain ops a loss with its metrics is about forty, and twenty backward.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import policyGradSource from '../../shaders/ppoPolicyLossGrad.wgsl?raw';
import policySource from '../../shaders/ppoPolicyLoss.wgsl?raw';
import valueGradSource from '../../shaders/ppoValueLossGrad.wgsl?raw';
import valueSource from '../../shaders/ppoValueLoss.wgsl?raw';
import { adapterTraits } from './adapter';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { expectShape, expectType } from './shapes';
import { numberOf, type StepNumber } from './stepValue';

const WORKGROUP = 64;
/** Threads of one workgroup run in turn on a software adapter; on hardware more of them keep more reads in flight. */
const reductionThreads = () => (adapterTraits.isSoftware ? 64 : 256);

/**
 * Order of the policy's metrics. The estimators k1, k2, k3 are of KL(old ‖ new); `_all_slots` are TRL's means, which count
 * padding too (difference 0, ratio 1 there).
 */
export const POLICY_METRICS = [
  'pg_loss',
  'pg_clipfrac',
  'approxkl_k1',
  'approxkl_k2',
  'approxkl_k3',
  'ratio_mean',
  'approxkl_all_slots',
  'ratio_all_slots',
  'tokens',
] as const;

/** Order of the value's metrics. The variance of returns is biased; without any, `var_explained` is 0. */
export const VALUE_METRICS = [
  'vf_loss',
  'vf_clipfrac',
  'val_error',
  'returns_mean',
  'returns_var',
  'var_explained',
  'tokens',
] as const;

export interface PolicyLossInputs {
  newLogprobs: Tensor2D;
  oldLogprobs: Tensor2D;
  advantages: Tensor2D;
  mask: Tensor2D;
}
export interface PolicyLossOptions {
  /** ε of the ratio. */
  clipRange: number;
}
export interface ValueLossInputs {
  newValues: Tensor2D;
  oldValues: Tensor2D;
  returns: Tensor2D;
  mask: Tensor2D;
}
export interface ValueLossOptions {
  /** Farthest a value may move from the old one, in units of the returns; null leaves values unclipped. */
  valueClipRange: number | null;
}
/** The options as callers give them: a captured step asks for them anew at every replay. */
export interface LivePolicyLossOptions {
  clipRange: StepNumber;
}
export interface LiveValueLossOptions {
  valueClipRange: StepNumber | null;
}
export interface LossWithMetrics {
  loss: Scalar;
  metrics: Tensor1D;
}

/** @param inputs new and old log-probabilities, advantages, mask */
export function ppoPolicyLossReference(
  [newLogprobs, oldLogprobs, advantages, mask]: HostArray[],
  loss: HostArray,
  metrics: HostArray,
  { clipRange }: PolicyLossOptions,
): void {
  let [sum, clips, k1, k2, k3, ratios, n] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const d = newLogprobs[i] - oldLogprobs[i];
    const ratio = Math.exp(d);
    const unclipped = -advantages[i] * ratio;
    const clipped = -advantages[i] * Math.min(1 + clipRange, Math.max(1 - clipRange, ratio));
    sum += Math.max(unclipped, clipped);
    if (clipped > unclipped) clips++;
    k1 -= d;
    k2 += 0.5 * d * d;
    k3 += Math.expm1(d) - d;
    ratios += ratio;
    n++;
  }
  const tokens = Math.max(n, 1);
  const slots = mask.length;
  loss[0] = sum / tokens;
  metrics[0] = sum / tokens;
  metrics[1] = clips / tokens;
  metrics[2] = k1 / tokens;
  metrics[3] = k2 / tokens;
  metrics[4] = k3 / tokens;
  metrics[5] = ratios / tokens;
  metrics[6] = k2 / slots;
  metrics[7] = (ratios + slots - n) / slots;
  metrics[8] = n;
}

export function ppoPolicyLossGradReference(
  dloss: HostArray,
  [newLogprobs, oldLogprobs, advantages, mask]: HostArray[],
  metrics: HostArray,
  dnewLogprobs: HostArray,
  { clipRange }: PolicyLossOptions,
): void {
  const share = dloss[0] / metrics[8];
  for (let i = 0; i < mask.length; i++) {
    const ratio = Math.exp(newLogprobs[i] - oldLogprobs[i]);
    const unclipped = -advantages[i] * ratio;
    const clipped = -advantages[i] * Math.min(1 + clipRange, Math.max(1 - clipRange, ratio));
    dnewLogprobs[i] = mask[i] === 0 || clipped > unclipped ? 0 : share * unclipped;
  }
}

/** @param inputs new and old values, returns, mask */
export function ppoValueLossReference(
  [newValues, oldValues, returns, mask]: HostArray[],
  loss: HostArray,
  metrics: HostArray,
  { valueClipRange }: ValueLossOptions,
): void {
  const range = valueClipRange ?? Infinity;
  let [sum, clips, errors, mean, n] = [0, 0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const near = Math.min(oldValues[i] + range, Math.max(oldValues[i] - range, newValues[i]));
    const unclipped = (newValues[i] - returns[i]) ** 2;
    const clipped = (near - returns[i]) ** 2;
    sum += Math.max(unclipped, clipped);
    if (clipped > unclipped) clips++;
    errors += unclipped;
    mean += returns[i];
    n++;
  }
  const tokens = Math.max(n, 1);
  mean /= tokens;
  let variance = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) variance += (returns[i] - mean) ** 2;
  variance /= tokens;
  loss[0] = (0.5 * sum) / tokens;
  metrics[0] = (0.5 * sum) / tokens;
  metrics[1] = clips / tokens;
  metrics[2] = errors / tokens;
  metrics[3] = mean;
  metrics[4] = variance;
  metrics[5] = variance === 0 ? 0 : 1 - errors / tokens / variance;
  metrics[6] = n;
}

export function ppoValueLossGradReference(
  dloss: HostArray,
  [newValues, oldValues, returns, mask]: HostArray[],
  metrics: HostArray,
  dnewValues: HostArray,
  { valueClipRange }: ValueLossOptions,
): void {
  const range = valueClipRange ?? Infinity;
  const share = dloss[0] / metrics[6];
  for (let i = 0; i < mask.length; i++) {
    const near = Math.min(oldValues[i] + range, Math.max(oldValues[i] - range, newValues[i]));
    const error = newValues[i] - returns[i];
    dnewValues[i] = mask[i] === 0 || (near - returns[i]) ** 2 > error * error ? 0 : share * error;
  }
}

const count = ([rows, slots]: number[]) => rows * slots;

defineKernel<PolicyLossOptions>({
  name: 'PpoPolicyLoss',
  inputs: ['newLogprobs', 'oldLogprobs', 'advantages', 'mask'],
  outputs: () => [
    { shape: [], dtype: 'float32' },
    { shape: [POLICY_METRICS.length], dtype: 'float32' },
  ],
  reference: (inputs, [loss, metrics], _, options) => ppoPolicyLossReference(inputs, loss, metrics, options),
  program: (inputs, [loss, metrics], { clipRange }) => [
    {
      file: 'shaders/ppoPolicyLoss.wgsl',
      source: policySource,
      constants: { WORKGROUP: reductionThreads() },
      bindings: [loss, metrics, ...inputs],
      uniforms: [u32('count', count(inputs[0].shape)), f32('clipRange', clipRange)],
      workgroups: [1],
    },
  ],
});

defineKernel<PolicyLossOptions>({
  name: 'PpoPolicyLossGrad',
  inputs: ['dloss', 'newLogprobs', 'oldLogprobs', 'advantages', 'mask', 'metrics'],
  outputs: ([, newLogprobs]) => [{ shape: newLogprobs, dtype: 'float32' }],
  reference: ([dloss, newLogprobs, oldLogprobs, advantages, mask, metrics], [dnewLogprobs], _, options) =>
    ppoPolicyLossGradReference(dloss, [newLogprobs, oldLogprobs, advantages, mask], metrics, dnewLogprobs, options),
  program: (inputs, [dnewLogprobs], { clipRange }) => [
    {
      file: 'shaders/ppoPolicyLossGrad.wgsl',
      source: policyGradSource,
      constants: { WORKGROUP },
      bindings: [dnewLogprobs, ...inputs],
      uniforms: [u32('count', count(dnewLogprobs.shape)), f32('clipRange', clipRange)],
      workgroups: linearGroups(count(dnewLogprobs.shape), WORKGROUP),
    },
  ],
});

defineKernel<ValueLossOptions>({
  name: 'PpoValueLoss',
  inputs: ['newValues', 'oldValues', 'returns', 'mask'],
  outputs: () => [
    { shape: [], dtype: 'float32' },
    { shape: [VALUE_METRICS.length], dtype: 'float32' },
  ],
  reference: (inputs, [loss, metrics], _, options) => ppoValueLossReference(inputs, loss, metrics, options),
  program: (inputs, [loss, metrics], { valueClipRange }) => [
    {
      file: 'shaders/ppoValueLoss.wgsl',
      source: valueSource,
      constants: { WORKGROUP: reductionThreads(), CLIPS: valueClipRange !== null },
      bindings: [loss, metrics, ...inputs],
      uniforms: [u32('count', count(inputs[0].shape)), f32('clipRange', valueClipRange ?? 0)],
      workgroups: [1],
    },
  ],
});

defineKernel<ValueLossOptions>({
  name: 'PpoValueLossGrad',
  inputs: ['dloss', 'newValues', 'oldValues', 'returns', 'mask', 'metrics'],
  outputs: ([, newValues]) => [{ shape: newValues, dtype: 'float32' }],
  reference: ([dloss, newValues, oldValues, returns, mask, metrics], [dnewValues], _, options) =>
    ppoValueLossGradReference(dloss, [newValues, oldValues, returns, mask], metrics, dnewValues, options),
  program: (inputs, [dnewValues], { valueClipRange }) => [
    {
      file: 'shaders/ppoValueLossGrad.wgsl',
      source: valueGradSource,
      constants: { WORKGROUP, CLIPS: valueClipRange !== null },
      bindings: [dnewValues, ...inputs],
      uniforms: [u32('count', count(dnewValues.shape)), f32('clipRange', valueClipRange ?? 0)],
      workgroups: linearGroups(count(dnewValues.shape), WORKGROUP),
    },
  ],
});

// Saved from the forward pass: the inputs, and the metrics for their token count. Old log-probabilities, old values,
// advantages and returns are constants of the update and have no gradient; neither have the metrics.
tf.registerGradient({
  kernelName: 'PpoPolicyLoss',
  inputsToSave: ['newLogprobs', 'oldLogprobs', 'advantages', 'mask'],
  outputsToSave: [false, true],
  gradFunc: (dys, [newLogprobs, oldLogprobs, advantages, mask, metrics], attrs) => {
    const dloss = (dys as Tensor[])[0];
    const inputs = { dloss, newLogprobs, oldLogprobs, advantages, mask, metrics };
    return { newLogprobs: () => runKernel('PpoPolicyLossGrad', inputs, attrs)[0] };
  },
});

tf.registerGradient({
  kernelName: 'PpoValueLoss',
  inputsToSave: ['newValues', 'oldValues', 'returns', 'mask'],
  outputsToSave: [false, true],
  gradFunc: (dys, [newValues, oldValues, returns, mask, metrics], attrs) => {
    const dloss = (dys as Tensor[])[0];
    const inputs = { dloss, newValues, oldValues, returns, mask, metrics };
    return { newValues: () => runKernel('PpoValueLossGrad', inputs, attrs)[0] };
  },
});

/** @throws RangeError unless all are [B, R] alike; TypeError unless the mask is float32 */
function checkInputs(where: string, inputs: Record<string, Tensor>): void {
  const [[firstName, first], ...others] = Object.entries(inputs);
  expectShape(where, firstName, first, [-1, -1]);
  for (const [name, tensor] of others) expectShape(where, name, tensor, first.shape);
  expectType(where, 'mask', inputs.mask, 'float32');
}

/**
 * Clipped policy loss, to be minimised.
 * @param inputs [B, R] each; mask float32, 1 = real
 * @returns `loss` [], differentiable in `newLogprobs`, and `metrics` in the order of POLICY_METRICS
 * @throws RangeError when shapes differ or `clipRange` is not positive
 * @source PPO (arXiv:1707.06347) eq. 7; openai/lm-human-preferences, train_policy.py `loss`. Differs: masks padding.
 */
export function ppoPolicyLoss(inputs: PolicyLossInputs, options: LivePolicyLossOptions): LossWithMetrics {
  const { newLogprobs, oldLogprobs, advantages, mask } = inputs;
  checkInputs('ppoPolicyLoss', { newLogprobs, oldLogprobs, advantages, mask });
  const { clipRange } = options;
  if (!(numberOf(clipRange) > 0))
    throw new RangeError(`ppoPolicyLoss: clipRange is ${numberOf(clipRange)}; expected above 0.`);
  const [loss, metrics] = runKernel('PpoPolicyLoss', { newLogprobs, oldLogprobs, advantages, mask }, { clipRange });
  return { loss: loss as Scalar, metrics: metrics as Tensor1D };
}

/**
 * Clipped value loss, to be minimised; halved, without the value coefficient.
 * @param inputs [B, R] each; mask float32, 1 = real
 * @returns `loss` [], differentiable in `newValues`, and `metrics` in the order of VALUE_METRICS
 * @throws RangeError when shapes differ or `valueClipRange` is neither null nor positive
 * @source openai/lm-human-preferences, train_policy.py `loss`. Differs: masks padding.
 */
export function ppoValueLoss(inputs: ValueLossInputs, options: LiveValueLossOptions): LossWithMetrics {
  const { newValues, oldValues, returns, mask } = inputs;
  checkInputs('ppoValueLoss', { newValues, oldValues, returns, mask });
  const { valueClipRange } = options;
  if (valueClipRange !== null && !(numberOf(valueClipRange) > 0)) {
    throw new RangeError(
      `ppoValueLoss: valueClipRange is ${numberOf(valueClipRange)}; expected above 0, or null for no clipping.`,
    );
  }
  const [loss, metrics] = runKernel('PpoValueLoss', { newValues, oldValues, returns, mask }, { valueClipRange });
  return { loss: loss as Scalar, metrics: metrics as Tensor1D };
}
