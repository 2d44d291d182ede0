/**
 * AdamW with clipping by global norm, in place, without a readback.
 *   g = grad · min(1, max/(norm + 1e-6))
 *   m ← β₁m + (1−β₁)g,   v ← β₂v + (1−β₂)g²
 *   w ← (1 − η·decay)·w − η·m̂ / (√v̂ + ε)              ("torch"; m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ))
 *   w ← (1 − η·decay)·w − η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)   ("tensorflow": ε weighs more in the first steps)
 * One optimiser step is: `sumOfSquares` per gradient, `finishNorm` once, `adamWStep` per parameter; one dispatch each.
 * As plain ops Adam is about ten dispatches a parameter and clipping needs the norm on the host. A norm or loss that
 * is not finite raises a flag on the device, and every later step does nothing while the flag is up: no bad update is ever kept.
 *
 * These kernels write into their inputs. A tensor made by `clone` or `reshape` shares the buffer and changes with it;
 * on `cpu` so do the array a tensor was made from and an array read from it earlier.
 */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import finishNormSource from '../../shaders/adamWFinishNorm.wgsl?raw';
import scaleSource from '../../shaders/adamWScale.wgsl?raw';
import source from '../../shaders/adamW.wgsl?raw';
import sumOfSquaresSource from '../../shaders/adamWSumOfSquares.wgsl?raw';
import { adapterTraits } from './adapter';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { expectShape } from './shapes';

const WORKGROUP = 64;
/** Added to the norm before dividing, as PyTorch's clip_grad_norm_ does. */
const NORM_EPSILON = 1e-6;

export interface AdamWOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  eps: number;
  /** Decoupled: the parameter shrinks by learningRate · weightDecay before the step. */
  weightDecay: number;
  /** Largest global gradient norm; 0 switches clipping off. */
  maxGradNorm: number;
  /** t of the bias correction, from 1. */
  step: number;
  form: 'torch' | 'tensorflow';
}

/** What of the options the inner loop needs: computed once per call, in double. */
export interface Coefficients {
  keep: number;
  stepSize: number;
  rootScale: number;
  epsilon: number;
  beta1Rest: number;
  beta2Rest: number;
  maxGradNorm: number;
}

export function coefficients({
  learningRate,
  beta1,
  beta2,
  eps,
  weightDecay,
  maxGradNorm,
  step,
  form,
}: AdamWOptions): Coefficients {
  const first = 1 - beta1 ** step;
  const rootSecond = Math.sqrt(1 - beta2 ** step);
  return {
    keep: 1 - learningRate * weightDecay,
    stepSize: form === 'torch' ? learningRate / first : (learningRate * rootSecond) / first,
    rootScale: form === 'torch' ? 1 / rootSecond : 1,
    epsilon: eps,
    beta1Rest: 1 - beta1,
    beta2Rest: 1 - beta2,
    maxGradNorm,
  };
}

export function sumOfSquaresReference(grad: HostArray, slots: HostArray, index: number): void {
  let sum = 0;
  for (let i = 0; i < grad.length; i++) sum += grad[i] * grad[i];
  slots[index] = sum;
}

/**
 * @param state [4] norm before clipping, flag (1 once something was not finite), steps applied, unused; updated
 * @param watched raises the flag as well, but is no part of the norm
 */
export function finishNormReference(slots: HostArray, state: HostArray, watched?: HostArray): void {
  let sum = 0;
  for (let i = 0; i < slots.length; i++) sum += slots[i];
  state[0] = Math.sqrt(sum);
  if (!Number.isFinite(sum) || watched?.some((value: number) => !Number.isFinite(value))) state[1] = 1;
  if (state[1] === 0) state[2] += 1;
}

export function scaleByNormReference(grad: HostArray, state: HostArray, y: HostArray, maxGradNorm: number): void {
  const scale = Math.min(1, maxGradNorm / (state[0] + NORM_EPSILON));
  for (let i = 0; i < grad.length; i++) y[i] = grad[i] * scale;
}

export function adamWReference(
  param: HostArray,
  grad: HostArray,
  m: HostArray,
  v: HostArray,
  state: HostArray,
  options: AdamWOptions,
): void {
  if (state[1] !== 0) return;
  const { keep, stepSize, rootScale, epsilon, beta1Rest, beta2Rest, maxGradNorm } = coefficients(options);
  const scale = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (state[0] + NORM_EPSILON)) : 1;
  for (let i = 0; i < param.length; i++) {
    const g = grad[i] * scale;
    const first = m[i] + beta1Rest * (g - m[i]);
    const second = v[i] + beta2Rest * (g * g - v[i]);
    m[i] = first;
    v[i] = second;
    param[i] = keep * param[i] - (stepSize * first) / (Math.sqrt(second) * rootScale + epsilon);
  }
}

const count = (shape: number[]) => shape.reduce((product, n) => product * n, 1);

defineKernel<{ index: number }>({
  name: 'SumOfSquares',
  inputs: ['grad', 'slots'],
  outputs: () => [],
  reference: ([grad, slots], _, __, { index }) => sumOfSquaresReference(grad, slots, index),
  wasm: {
    fits: ([grad]) => count(grad) % 4 === 0,
    calls: (inputs, _, [grad], { index }) => [
      { kernel: 'sumOfSquares', args: [...inputs, index, count(grad)], items: 1, work: 2 * count(grad) },
    ],
  },
  program: ([grad, slots], _, { index }) => [
    {
      file: 'shaders/adamWSumOfSquares.wgsl',
      source: sumOfSquaresSource,
      // Threads of one workgroup run in turn on a software adapter; on hardware more of them keep more reads in flight.
      constants: { WORKGROUP: adapterTraits.isSoftware ? 64 : 256 },
      bindings: [slots, grad],
      uniforms: [u32('count', count(grad.shape)), u32('index', index)],
      workgroups: [1],
    },
  ],
});

defineKernel<object>({
  name: 'FinishNorm',
  inputs: ['slots', 'state', 'watched'],
  outputs: () => [],
  reference: ([slots, state, watched]) => finishNormReference(slots, state, watched),
  program: ([slots, state, watched]) => [
    {
      file: 'shaders/adamWFinishNorm.wgsl',
      source: finishNormSource,
      // Nothing to watch is never read; any other buffer keeps its binding filled.
      bindings: [state, slots, watched ?? slots],
      uniforms: [u32('count', slots.shape[0]), u32('watchedCount', watched ? count(watched.shape) : 0)],
      workgroups: [1],
    },
  ],
});

defineKernel<{ maxGradNorm: number }>({
  name: 'ScaleByNorm',
  inputs: ['grad', 'state'],
  outputs: ([grad]) => [{ shape: grad, dtype: 'float32' }],
  reference: ([grad, state], [y], _, { maxGradNorm }) => scaleByNormReference(grad, state, y, maxGradNorm),
  program: ([grad, state], [y], { maxGradNorm }) => [
    {
      file: 'shaders/adamWScale.wgsl',
      source: scaleSource,
      constants: { WORKGROUP },
      bindings: [y, grad, state],
      uniforms: [u32('count', count(grad.shape)), f32('maxGradNorm', maxGradNorm)],
      workgroups: linearGroups(count(grad.shape), WORKGROUP),
    },
  ],
});

defineKernel<AdamWOptions>({
  name: 'AdamW',
  inputs: ['param', 'grad', 'm', 'v', 'state'],
  outputs: () => [],
  reference: ([param, grad, m, v, state], _, __, options) => adamWReference(param, grad, m, v, state, options),
  wasm: {
    fits: ([param]) => count(param) % 4 === 0,
    calls: (inputs, _, [param], options) => {
      const { keep, stepSize, rootScale, epsilon, beta1Rest, beta2Rest, maxGradNorm } = coefficients(options);
      const args = [...inputs, keep, stepSize, rootScale, epsilon, beta1Rest, beta2Rest, maxGradNorm];
      return [{ kernel: 'adamW', args, items: count(param) / 4, work: 12 * count(param) }];
    },
  },
  program: ([param, grad, m, v, state], _, options) => [
    {
      file: 'shaders/adamW.wgsl',
      source,
      constants: { WORKGROUP },
      bindings: [param, m, v, grad, state],
      uniforms: [
        u32('count', count(param.shape)),
        ...Object.entries(coefficients(options)).map(([name, value]) => f32(name, value)),
      ],
      workgroups: linearGroups(count(param.shape), WORKGROUP),
    },
  ],
});

// No gradients: nothing is differentiated through an optimiser step.

/**
 * Writes the sum of squares of one gradient into `slots[index]`, in place. NaN and infinity pass through; so does the
 * overflow of a sum above 3.4e38 (a norm above 1.8e19), which `finishNorm` takes for what it is: a diverged run.
 * @param grad  any shape
 * @param slots [n]
 * @throws RangeError when `index` is not a slot
 */
export function sumOfSquares(grad: Tensor, slots: Tensor1D, index: number): void {
  expectShape('sumOfSquares', 'slots', slots, [-1]);
  if (!Number.isInteger(index) || index < 0 || index >= slots.shape[0]) {
    throw new RangeError(
      `sumOfSquares: index ${index} is not one of ${slots.shape[0]} slots; give every parameter a slot.`,
    );
  }
  runKernel('SumOfSquares', { grad, slots }, { index });
}

/**
 * Turns sums of squares into the global norm, in place.
 * @param slots [n] from `sumOfSquares`, one per gradient
 * @param state [4] = norm before clipping, flag (stays 1 once something was not finite), steps applied, unused
 * @param watched usually the loss: it can overflow where its gradient does not. Raises the flag, is no part of the norm
 */
export function finishNorm(slots: Tensor1D, state: Tensor1D, watched?: Tensor): void {
  expectShape('finishNorm', 'slots', slots, [-1]);
  expectShape('finishNorm', 'state', state, [4]);
  runKernel('FinishNorm', { slots, state, watched });
}

/**
 * Gradient clipped by global norm, as a copy: what `adamWStep` does on the fly, for whoever wants to see it.
 * @param state [4] from `finishNorm`
 */
export function scaleByNorm<T extends Tensor>(grad: T, state: Tensor1D, maxGradNorm: number): T {
  expectShape('scaleByNorm', 'state', state, [4]);
  return runKernel('ScaleByNorm', { grad, state }, { maxGradNorm })[0] as T;
}

/**
 * One AdamW step, in place on `param`, `m` and `v`; does nothing while the flag in `state` is up.
 * @param param any shape; `grad`, `m` and `v` have the same
 * @param state [4] from `finishNorm`
 * @throws RangeError when shapes differ or `step` is below 1
 * @source Loshchilov & Hutter, arXiv:1711.05101; torch.optim.AdamW. "tensorflow": the form in Kingma & Ba, arXiv:1412.6980,
 *   end of section 2, as openai/lm-human-preferences uses it through tf.train.AdamOptimizer.
 */
export function adamWStep(
  param: Tensor,
  grad: Tensor,
  m: Tensor,
  v: Tensor,
  state: Tensor1D,
  options: AdamWOptions,
): void {
  expectShape('adamWStep', 'grad', grad, param.shape);
  expectShape('adamWStep', 'm', m, param.shape);
  expectShape('adamWStep', 'v', v, param.shape);
  expectShape('adamWStep', 'state', state, [4]);
  if (!(options.step >= 1)) throw new RangeError(`adamWStep: step is ${options.step}; expected 1 for the first step.`);
  runKernel('AdamW', { param, grad, m, v, state }, options);
}
