/**
 * The feed-forward half of a transformer block.
 *   branch = gelu(norm(x)·W₁ + b₁)·W₂ + b₂,   y = branch, or x + branch
 * x and y [N, C], W₁ [C, F], W₂ [F, C]. One operation for autodiff: GELU then needs no pass of its own in either
 * direction, and neither has the sum of the gradients of the two uses of x. Three dispatches forward, six backward.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { composeKernel } from './composeKernel';
import { runKernel, sharedGradients } from './defineKernel';
import { layerNormWithStats, normGradients, type Norm } from './layerNorm';
import { matMul, type Linear } from './matMul';
import { matMulGelu, matMulGeluGrad } from './matMulGelu';
import { expectShape } from './shapes';
import { weightGradient } from './weightGradient';

const INPUTS = ['x', 'gain', 'shift', 'weight1', 'bias1', 'weight2', 'bias2'] as const;
type Inputs = (typeof INPUTS)[number];

interface Attrs {
  /** Whether x is part of y. */
  addsInput: boolean;
}

composeKernel<Inputs, Attrs>('FeedForward', (inputs, { addsInput }) => {
  const { x, gain, shift, weight1, bias1, weight2, bias2 } = inputs;
  const { y: normed, stats } = layerNormWithStats(x as Tensor2D, gain as Tensor1D, shift as Tensor1D);
  const { y: hidden, inner } = matMulGelu(normed, weight1, bias1);
  const y = matMul(hidden, weight2, { bias: bias2 as Tensor1D, residual: addsInput ? x : undefined });
  return [y, x.clone(), normed, stats, inner, hidden];
});

// Saved from the forward pass: x, gain and weights; the normed rows, their statistics, and the wide layer before and after GELU.
tf.registerGradient({
  kernelName: 'FeedForward',
  inputsToSave: ['x', 'gain', 'weight1', 'weight2'],
  outputsToSave: [false, false, true, true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [dy, dskip] = dys as Tensor[];
    const [x, gain, weight1, weight2, normed, stats, inner, hidden] = saved;
    const { addsInput } = attrs as unknown as Attrs;
    const gradients = () => {
      const dinner = matMulGeluGrad(dy, weight2, inner);
      const dnormed = matMul(dinner, weight1, { transposeB: true });
      const first = weightGradient(normed, dinner);
      const second = weightGradient(hidden, dy);
      return {
        ...normGradients(dnormed, x, gain, stats, addsInput ? dy : dskip),
        weight1: first.weight,
        bias1: first.bias,
        weight2: second.weight,
        bias2: second.bias,
      };
    };
    return sharedGradients(() => tf.tidy(gradients), INPUTS);
  },
});

/**
 * @param x [N, C]
 * @param addsInput whether `y` is x + branch; where it is the branch alone, add it to `skip`, which is x (see normLinear.ts)
 * @returns `y` and `skip`, [N, C]
 * @throws RangeError when shapes do not fit
 */
export function feedForward(
  x: Tensor2D,
  norm: Norm,
  expand: Linear,
  contract: Linear,
  addsInput: boolean,
): { y: Tensor2D; skip: Tensor2D } {
  expectShape('feedForward', 'x', x, [-1, expand.weight.shape[0]]);
  const [weight1, bias1, weight2, bias2] = [expand.weight, expand.bias, contract.weight, contract.bias];
  const inputs = { x, gain: norm.gain, shift: norm.bias, weight1, bias1, weight2, bias2 };
  const [y, skip, ...kept] = runKernel('FeedForward', inputs, { addsInput });
  tf.dispose(kept);
  return { y: y as Tensor2D, skip: skip as Tensor2D };
}
