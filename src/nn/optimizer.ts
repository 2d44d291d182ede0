import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import type { AdamWOptions } from '../kernels/adamW';
import { writeValues } from '../kernels/defineKernel';
import { ParameterUpdate } from '../kernels/flatAdamW';
import { joinValues } from '../kernels/joinValues';
import { StepValue } from '../kernels/stepValue';
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
  readonly #names: string[];
  readonly #first: Parameters;
  readonly #second: Parameters;
  readonly #update: ParameterUpdate;
  /** Of the step under way; a captured step reads them anew each time. */
  readonly #options: StepValue<AdamWOptions>;

  constructor(
    readonly parameters: Parameters,
    readonly settings: AdamWSettings,
  ) {
    const { epsilon, decayOn = 'matrices', ...rest } = settings;
    this.#names = Object.keys(parameters);
    this.#first = zerosLike(parameters);
    this.#second = zerosLike(parameters);
    this.#options = new StepValue({ ...rest, eps: epsilon, learningRate: 0, step: 0, form: 'torch' });
    this.#update = new ParameterUpdate({
      parameters: this.#names.map((name) => parameters[name]),
      firstMoments: this.#names.map((name) => this.#first[name]),
      secondMoments: this.#names.map((name) => this.#second[name]),
      decays: this.#names.map((name) => decayOn === 'all' || parameters[name].shape.length >= 2),
    });
  }

  /**
   * Applies one update. Keeps its arguments. A parameter without a gradient does not move.
   * @param loss raises the flag as a gradient does when it is not finite
   */
  apply(gradients: Parameters, learningRate: number, loss?: Tensor): void {
    this.advance(learningRate);
    this.update(gradients, loss);
  }

  /** The host's half of `apply`: counts the step and settles its rate. A captured step leaves it outside. */
  advance(learningRate: number): void {
    this.#options.value = { ...this.#options.value, learningRate, step: this.#options.value.step + 1 };
  }

  /** The device's half of `apply`, for the step that `advance` began. */
  update(gradients: Parameters, loss?: Tensor): void {
    const inOrder = this.#names.map((name): Tensor | undefined => gradients[name]);
    this.#update.apply(inOrder, this.#options, loss);
  }

  /** Copy of [gradient norm before clipping, non-finite flag] of the last step, [2], owned by the caller. */
  norms(): Tensor1D {
    return joinValues([this.#update.state], 2);
  }

  get state(): OptimizerState {
    return { step: this.#options.value.step, firstMoments: this.#first, secondMoments: this.#second };
  }

  /** Goes on where another optimiser of the same parameters stood. The arrays are copied. */
  restore({ step, firstMoments, secondMoments }: SavedOptimizer): void {
    this.#options.value = { ...this.#options.value, step };
    for (const name of this.#names) {
      writeValues(this.#first[name], firstMoments[name]);
      writeValues(this.#second[name], secondMoments[name]);
    }
  }

  dispose(): void {
    tf.dispose([...Object.values(this.#first), ...Object.values(this.#second)]);
    this.#update.dispose();
  }
}

function zerosLike(parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, tf.keep(tf.zeros(shape)) as Tensor]),
  );
}
