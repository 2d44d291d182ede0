/**
 * Layer norm and the linear layer behind it, as the halves of a transformer block begin.
 *   y = norm(x)·W + b,   skip = x
 * x [N, C], W [C, M], y [N, M]. `skip` is x once more, for the residual sum at the end of the half: whoever takes it from
 * here lets the gradient of both uses of x be added where the norm's is computed, instead of in a pass of its own.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { composeKernel } from './composeKernel';
import { runKernel, sharedGradients } from './defineKernel';
import { layerNormWithStats, normGradients, type Norm } from './layerNorm';
import { matMul, type Linear } from './matMul';
import { expectShape } from './shapes';
import { weightGradient } from './weightGradient';

const INPUTS = ['x', 'gain', 'shift', 'weight', 'bias'] as const;
type Inputs = (typeof INPUTS)[number];

composeKernel<Inputs, object>('NormLinear', ({ x, gain, shift, weight, bias }) => {
  const { y: normed, stats } = layerNormWithStats(x as Tensor2D, gain as Tensor1D, shift as Tensor1D);
  const y = matMul(normed, weight, { bias: bias as Tensor1D });
  return [y, x.clone(), normed, stats];
});

// Saved from the forward pass: x, gain, weight, the normed rows and their statistics.
tf.registerGradient({
  kernelName: 'NormLinear',
  inputsToSave: ['x', 'gain', 'weight'],
  outputsToSave: [false, false, true, true],
  gradFunc: (dys, [x, gain, weight, normed, stats]) => {
    const [dy, dskip] = dys as Tensor[];
    return sharedGradients(
      () =>
        tf.tidy(() => ({
          ...normGradients(matMul(dy, weight, { transposeB: true }), x, gain, stats, dskip),
          ...weightGradient(normed, dy),
        })),
      INPUTS,
    );
  },
});

/**
 * @param x [N, C]
 * @returns `y` [N, M] and `skip` [N, C]
 * @throws RangeError when shapes do not fit
 */
export function normLinear(x: Tensor2D, norm: Norm, { weight, bias }: Linear): { y: Tensor2D; skip: Tensor2D } {
  expectShape('normLinear', 'x', x, [-1, weight.shape[0]]);
  const inputs = { x, gain: norm.gain, shift: norm.bias, weight, bias };
  const [y, skip, normed, stats] = runKernel('NormLinear', inputs);
  tf.dispose([normed, stats]);
  return { y: y as Tensor2D, skip: skip as Tensor2D };
}
