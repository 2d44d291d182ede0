import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

/**
 * Registers an operation that is made of other kernels under a name of its own, on all engines. Autodiff then sees one
 * operation, whose gradient can share passes that separate operations could not. Call once, at module level.
 * @param run the outputs; what it makes besides belongs to the scope of the caller
 */
export function composeKernel<Name extends string, Attrs extends object>(
  name: string,
  run: (inputs: Record<Name, Tensor>, attrs: Attrs) => Tensor[],
): void {
  for (const backendName of ['cpu', 'wasm', 'webgpu']) {
    tf.registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, attrs }) => run(inputs as Record<Name, Tensor>, attrs as unknown as Attrs),
    });
  }
}
