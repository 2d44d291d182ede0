import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';

/** Part of the wasm backend that counts the tensors of a piece of memory (tfjs 4.22; not in its public types). */
interface WasmReferences {
  incRef(dataId: object): void;
}

/**
 * Lets a clone on the wasm engine share its original's memory, as it does on the other two. TensorFlow.js copies there, and
 * autodiff clones whatever it saves for the backward pass: every weight and most activations, three percent of a step.
 */
export function shareClones(): void {
  tf.unregisterKernel(tf.Identity, 'wasm');
  tf.registerKernel({
    kernelName: tf.Identity,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => {
      const { dataId, shape, dtype } = inputs.x as TensorInfo;
      (backend as WasmReferences).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}
