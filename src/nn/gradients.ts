import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { Parameters } from './gpt';

/**
 * Value of a loss and its gradient with respect to every parameter. Tensors that `loss` wants to hand out besides its
 * value must be kept with `tf.keep` and disposed by the caller.
 * @returns `value` and `gradients` by parameter name, owned by the caller
 */
export function valueAndGradients(
  parameters: Parameters,
  loss: () => Scalar,
): { value: Scalar; gradients: Parameters } {
  const names = Object.keys(parameters);
  const { value, grads } = tf.engine().gradients(
    loss,
    names.map((name) => parameters[name]),
    undefined,
    true,
  );
  const gradients: Parameters = {};
  names.forEach((name, i) => {
    if (grads[i]) gradients[name] = grads[i];
  });
  return { value: value as Scalar, gradients };
}

/** Frees every tensor of a record. */
export function disposeAll(tensors: Record<string, Tensor>): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}
