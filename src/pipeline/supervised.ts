/** What pretraining, SFT and reward modelling share: optimiser, schedule, and what one step hands to the next. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { joinValues } from '../kernels/joinValues';
import { StepRunner } from '../kernels/stepRunner';
import type { Parameters } from '../nn/gpt';
import { AdamW, type SavedOptimizer } from '../nn/optimizer';
import type { Schedule } from '../nn/schedule';
import type { DeviceRing, RingRow } from './deviceRing';
import type { MetricsRow } from './report';

/** AdamW with the paper's betas and gradients clipped to norm 1. @source Ouyang et al. 2022, App. C.1 */
export function supervisedOptimizer(parameters: Parameters, weightDecay: number, saved?: SavedOptimizer): AdamW {
  const optimizer = new AdamW(parameters, { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay, maxGradNorm: 1 });
  if (saved) optimizer.restore(saved);
  return optimizer;
}

/** A course written down between two steps: numbers only, the optimiser aside. */
export interface SavedCourse<Draws> {
  /** Steps finished. */
  step: number;
  /** Tokens learned from so far. */
  tokens: number;
  draws: Draws;
  optimizer: SavedOptimizer;
}

/**
 * What a supervised stage carries from one step to the next, beside the weights. A loop that gets one goes on where it
 * stands, and owns it.
 */
export class Course<Draws extends { state(): unknown }, Host> {
  step = 0;
  tokens = 0;
  /** Runs the steps; what it keeps can be made again. */
  readonly runner = new StepRunner();

  /** @param draws what decides which examples come next */
  constructor(
    readonly draws: Draws,
    readonly optimizer: AdamW,
    readonly ring: DeviceRing<Host>,
    readonly toMetrics: (row: RingRow<Host>) => MetricsRow,
    saved?: { step: number; tokens: number },
  ) {
    this.step = saved?.step ?? 0;
    this.tokens = saved?.tokens ?? 0;
  }

  /** Reads what recent steps left on the device; nothing is waiting there afterwards. @throws DivergedError */
  async read(): Promise<MetricsRow[]> {
    return (await this.ring.drain()).map(this.toMetrics);
  }

  dispose(): void {
    this.runner.dispose();
    this.ring.dispose();
    this.optimizer.dispose();
  }
}

/** Warm-up, then cosine to 10 %; the peak is read from the live settings at each step. @source Ouyang et al. 2022, App. C.1 */
export function cosineToTenth(totalSteps: number, warmupSteps: number, startFactor: number): Omit<Schedule, 'peak'> {
  return { kind: 'cosine', totalSteps, warmupSteps, startFactor, minRatio: 0.1 };
}

/** [grad norm, non-finite flag, ...values] as one small tensor, what the device ring collects. */
export function withNorms(optimizer: AdamW, values: Tensor[]): Tensor1D {
  return tf.tidy(() => joinValues([optimizer.norms(), ...values]));
}
