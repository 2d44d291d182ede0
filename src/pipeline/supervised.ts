/** What pretraining, SFT and reward modelling share: optimiser, schedule, and the row of numbers a step leaves behind. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { Parameters } from '../nn/gpt';
import { AdamW } from '../nn/optimizer';
import type { Schedule } from '../nn/schedule';

/** AdamW with the paper's betas and gradients clipped to norm 1. @source Ouyang et al. 2022, App. C.1 */
export function supervisedOptimizer(parameters: Parameters, weightDecay: number): AdamW {
  return new AdamW(parameters, { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay, maxGradNorm: 1 });
}

/** Warm-up, then cosine to 10 %; the peak is read from the live settings at each step. @source Ouyang et al. 2022, App. C.1 */
export function cosineToTenth(totalSteps: number, warmupSteps: number, startFactor: number): Omit<Schedule, 'peak'> {
  return { kind: 'cosine', totalSteps, warmupSteps, startFactor, minRatio: 0.1 };
}

/** [grad norm, non-finite flag, ...values] as one small tensor, what the device ring collects. */
export function withNorms(optimizer: AdamW, values: Tensor[]): Tensor1D {
  return tf.tidy(() => tf.concat([optimizer.norms(), ...values.map((value) => value.flatten())]) as Tensor1D);
}
