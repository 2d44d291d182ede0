/** What stock TensorFlow.js trains: variables, their gradients, clipping by the global norm, and its own Adam. */
import * as tf from '@tensorflow/tfjs';
import type { Scalar } from '@tensorflow/tfjs';
import type { Gpt } from '../nn/gpt';

/** Gradients of a greater norm are scaled down to it. */
const GRADIENT_NORM = 1;

/** One network as variables, and its optimiser. */
export class Student {
  readonly model: Gpt;
  readonly #all: tf.Variable[];
  readonly #optimizer: tf.AdamOptimizer;

  constructor({ shape, parameters }: Gpt, beta2: number, epsilon: number) {
    const entries = Object.entries(parameters).map(([name, tensor]) => [name, tf.variable(tensor)] as const);
    this.#all = entries.map(([, variable]) => variable);
    this.model = { shape, parameters: Object.fromEntries(entries) };
    this.#optimizer = tf.train.adam(0, 0.9, beta2, epsilon);
  }

  /**
   * One update.
   * @returns norm of the gradients before they are clipped, []
   */
  update(rate: number, loss: () => Scalar): Scalar {
    const { value, grads } = tf.variableGrads(loss, this.#all);
    const names = Object.keys(grads);
    const { norm, ...clipped } = tf.tidy(() => {
      // tf.addN of so many tensors asks a WebGPU device for more buffers than it has, and is left out without a word.
      const norm = tf
        .stack(names.map((name) => grads[name].square().sum()))
        .sum()
        .sqrt() as Scalar;
      const scale = tf.minimum(1, tf.div(GRADIENT_NORM, norm.add(1e-6)));
      return { norm, ...Object.fromEntries(names.map((name) => [name, grads[name].mul(scale)])) };
    });
    Object.assign(this.#optimizer, { learningRate: rate });
    this.#optimizer.applyGradients(clipped as Record<string, tf.Variable>);
    tf.dispose([value, grads, clipped]);
    return norm;
  }

  dispose(): void {
    this.#optimizer.dispose();
    tf.dispose(this.#all);
  }
}
