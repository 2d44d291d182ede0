import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { sharedGradients } from './defineKernel';

/** What `compose` leans on: `tf.customGrad` rests on it too, but gives away one output only (tfjs 4.22; not in its types). */
interface EngineInternals {
  runKernelFunc(params: {
    forwardFunc: (backend: unknown, save: (tensors: Tensor[]) => void) => Tensor[];
    backwardsFunc: (dys: Tensor | Tensor[], saved: Tensor[]) => Record<string, () => Tensor>;
    inputs: Record<string, Tensor>;
  }): Tensor[];
}

export interface Composition<Name extends string> {
  inputs: Record<Name, Tensor>;
  /**
   * Runs kernels and hands `save` everything that the gradient will read, inputs included: what is not saved may be gone by
   * then. All else that it makes is freed.
   */
  forward: (save: (tensors: Tensor[]) => void) => Tensor[];
  /** Gradients of all inputs. */
  backward: (dys: Tensor[], saved: Tensor[]) => Record<Name, Tensor>;
}

/**
 * One operation for autodiff that is made of several kernels. Its gradient sees all of them at once and can share passes
 * that the gradients of separate operations could not.
 */
export function compose<Name extends string>({ inputs, forward, backward }: Composition<Name>): Tensor[] {
  const engine: unknown = tf.engine();
  const names = Object.keys(inputs) as Name[];
  return (engine as EngineInternals).runKernelFunc({
    inputs,
    forwardFunc: (_, save) => forward(save),
    backwardsFunc: (dys, saved) =>
      sharedGradients(() => tf.tidy(() => backward(Array.isArray(dys) ? dys : [dys], saved)), names),
  });
}
