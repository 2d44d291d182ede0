/**
 * Masked whitening over a whole batch.
 *   y = (x − mean) / √(var + ε)     (+ mean again without `shiftMean`)
 * values, mask and y [B, R]; mean and variance over the elements with mask 1; masked ones may hold anything and come out 0.
 * One dispatch for what is about twelve plain ops, four of them reductions. Used on advantages and rewards, which PPO
 * treats as constants, so there is no gradient: differentiating through it throws.
 */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import source from '../../shaders/whiten.wgsl?raw';
import { adapterTraits } from './adapter';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { f32, u32 } from './dispatch';
import { expectShape, expectType } from './shapes';

const EPSILON = 1e-8;

export interface WhitenOptions {
  /** Whether the result is centred at 0 rather than at the old mean. */
  shiftMean: boolean;
  /** Whether the variance divides by n − 1 (TRL) rather than n (lm-human-preferences). */
  unbiased: boolean;
  eps?: number;
}

/** @param stats [2] mean and variance, written; 0 without any real element */
export function whitenReference(
  x: HostArray,
  mask: HostArray,
  y: HostArray,
  stats: HostArray,
  { shiftMean, unbiased, eps = EPSILON }: WhitenOptions,
): void {
  let n = 0;
  let mean = 0;
  for (let i = 0; i < x.length; i++) {
    if (mask[i] === 0) continue;
    n++;
    mean += x[i];
  }
  mean /= Math.max(n, 1);
  let squares = 0;
  for (let i = 0; i < x.length; i++) if (mask[i] !== 0) squares += (x[i] - mean) ** 2;
  const variance = squares / Math.max(unbiased ? n - 1 : n, 1);
  const scale = 1 / Math.sqrt(variance + eps);
  const offset = shiftMean ? 0 : mean;
  for (let i = 0; i < x.length; i++) y[i] = mask[i] === 0 ? 0 : (x[i] - mean) * scale + offset;
  stats[0] = mean;
  stats[1] = variance;
}

defineKernel<Required<WhitenOptions>>({
  name: 'Whiten',
  inputs: ['values', 'mask'],
  outputs: ([values]) => [
    { shape: values, dtype: 'float32' },
    { shape: [2], dtype: 'float32' },
  ],
  reference: ([values, mask], [y, stats], _, options) => whitenReference(values, mask, y, stats, options),
  program: ([values, mask], [y, stats], { shiftMean, unbiased, eps }) => [
    {
      file: 'shaders/whiten.wgsl',
      source,
      // Threads of one workgroup run in turn on a software adapter; on hardware more of them keep more reads in flight.
      constants: { WORKGROUP: adapterTraits.isSoftware ? 64 : 256, SHIFTS: shiftMean, UNBIASED: unbiased },
      bindings: [y, stats, values, mask],
      uniforms: [u32('count', values.shape[0] * values.shape[1]), f32('epsilon', eps)],
      workgroups: [1],
    },
  ],
});

/**
 * @param values [B, R]
 * @param mask   [B, R] float32, 1 = real
 * @returns `whitened` [B, R] and `stats` [2] = mean, variance; with one real element the variance is 0 in either form
 * @throws RangeError when shapes differ; TypeError when the mask is not float32
 * @source TRL, ppo_trainer.py `masked_whiten` (unbiased); openai/lm-human-preferences, utils/core.py `whiten` (biased)
 */
export function whiten(
  values: Tensor2D,
  mask: Tensor2D,
  options: WhitenOptions,
): { whitened: Tensor2D; stats: Tensor1D } {
  expectShape('whiten', 'values', values, [-1, -1]);
  expectShape('whiten', 'mask', mask, values.shape);
  expectType('whiten', 'mask', mask, 'float32');
  const { shiftMean, unbiased, eps = EPSILON } = options;
  const [whitened, stats] = runKernel('Whiten', { values, mask }, { shiftMean, unbiased, eps });
  return { whitened: whitened as Tensor2D, stats: stats as Tensor1D };
}
