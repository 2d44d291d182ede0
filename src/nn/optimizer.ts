import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { adamWStep, finishNorm, sumOfSquares } from '../kernels/adamW';
import type { Parameters } from './gpt';

export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** What decays: tensors of two or more dimensions, embeddings included (the default), or gains and biases as well. */
  decayOn?: 'matrices' | 'all';
  /** Global-norm clipping; 0 is off. */
  maxGradNorm: number;
}

/** What one optimiser remembers; everything lives on the device. */
export interface OptimizerState {
  step: number;
  firstMoments: Parameters;
  secondMoments: Parameters;
}

/** An optimiser on the host, by parameter name: what a checkpoint holds of it. */
export interface SavedOptimizer {
  step: number;
  firstMoments: Readonly<Record<string, Float32Array>>;
  secondMoments: Readonly<Record<string, Float32Array>>;
}

/**
 * AdamW with global-norm clipping, in place on the device. When the loss or any gradient is not finite a flag goes up on the device
 * and no update is applied any more, so that a bad one is never kept; the caller reads `norms` when it reads metrics.
 * @source Loshchilov & Hutter 2019; PyTorch's AdamW
 */
export class AdamW {
  #step = 0;
  readonly #first: Parameters = {};
  readonly #second: Parameters = {};
  readonly #slots: Tensor1D;
  /** [norm before clipping, flag, steps applied, unused] */
  readonly #norms: Tensor1D;

  constructor(
    readonly parameters: Parameters,
    readonly settings: AdamWSettings,
  ) {
    const names = Object.keys(parameters);
    for (const name of names) {
      this.#first[name] = tf.keep(tf.zeros(parameters[name].shape));
      this.#second[name] = tf.keep(tf.zeros(parameters[name].shape));
    }
    this.#slots = tf.keep(tf.zeros([names.length]));
    this.#norms = tf.keep(tf.zeros([4]));
  }

  /**
   * Applies one update. Keeps its arguments. A parameter without a gradient does not move.
   * @param loss raises the flag as a gradient does when it is not finite
   */
  apply(gradients: Parameters, learningRate: number, loss?: Tensor): void {
    this.#step++;
    const { beta1, beta2, epsilon, weightDecay, decayOn = 'matrices', maxGradNorm } = this.settings;
    const names = Object.keys(this.parameters);
    names.forEach((name, i) => {
      if (gradients[name]) sumOfSquares(gradients[name], this.#slots, i);
    });
    finishNorm(this.#slots, this.#norms, loss);
    for (const name of names) {
      const gradient = gradients[name];
      if (!gradient) continue;
      const parameter = this.parameters[name];
      adamWStep(parameter, gradient, this.#first[name], this.#second[name], this.#norms, {
        learningRate,
        beta1,
        beta2,
        eps: epsilon,
        weightDecay: decayOn === 'all' || parameter.shape.length >= 2 ? weightDecay : 0,
        maxGradNorm,
        step: this.#step,
        form: 'torch',
      });
    }
  }

  /** Copy of [gradient norm before clipping, non-finite flag] of the last step, [2], owned by the caller. */
  norms(): Tensor1D {
    // A slice alone is a view on the cpu engine and would change with the next step.
    return tf.tidy(() => tf.mul(tf.slice(this.#norms, 0, 2), 1));
  }

  get state(): OptimizerState {
    return { step: this.#step, firstMoments: this.#first, secondMoments: this.#second };
  }

  /** Goes on where another optimiser of the same parameters stood. The arrays are copied. */
  restore({ step, firstMoments, secondMoments }: SavedOptimizer): void {
    this.#step = step;
    for (const [moments, saved] of [
      [this.#first, firstMoments],
      [this.#second, secondMoments],
    ] as const) {
      for (const [name, { shape }] of Object.entries(this.parameters)) {
        moments[name].dispose();
        moments[name] = tf.keep(tf.tensor(saved[name].slice(), shape));
      }
    }
  }

  dispose(): void {
    const owned: Tensor[] = [...Object.values(this.#first), ...Object.values(this.#second), this.#slots, this.#norms];
    tf.dispose(owned);
  }
}
