/**
 * The feed-forward half of a transformer block.
 *   branch = gelu(norm(x)·W₁ + b₁)·W₂ + b₂,   y = branch, or x + branch
 * x and y [N, C], W₁ [C, F], W₂ [F, C]. One operation for autodiff: GELU then needs no pass of its own in either
 * direction, and neither has the sum of the gradients of the two uses of x. Three dispatches forward, six backward.
 */
import type { Tensor2D } from '@tensorflow/tfjs';
import { compose } from './compose';
import { layerNormWithStats, normGradients, type Norm } from './layerNorm';
import { matMul, type Linear } from './matMul';
import { matMulGelu, matMulGeluGrad } from './matMulGelu';
import { expectShape } from './shapes';
import { weightGradient } from './weightGradient';

/**
 * @param x [N, C]
 * @param addsInput whether `y` is x + branch; where it is the branch alone, add it to `skip`, which is x (see normLinear.ts)
 * @returns `y` [N, C], and `skip` [N, C] where y is the branch alone
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
  const [y, skip = x] = compose({
    inputs: { x, gain: norm.gain, shift: norm.bias, weight1, bias1, weight2, bias2 },
    forward: (save) => {
      const { y: normed, stats } = layerNormWithStats(x, norm.gain, norm.bias);
      const { y: hidden, inner } = matMulGelu(normed, weight1, bias1);
      save([x, norm.gain, weight1, weight2, normed, stats, inner, hidden]);
      const sum = matMul(hidden, weight2, { bias: bias2, residual: addsInput ? x : undefined });
      return addsInput ? [sum] : [sum, x.clone()];
    },
    backward: ([dy, dskip = dy], [input, gain, widening, narrowing, normed, stats, inner, hidden]) => {
      const dinner = matMulGeluGrad(dy, narrowing, inner);
      const dnormed = matMul(dinner, widening, { transposeB: true });
      const first = weightGradient(normed, dinner);
      const second = weightGradient(hidden, dy);
      return {
        ...normGradients(dnormed, input, gain, stats, dskip),
        weight1: first.weight,
        bias1: first.bias,
        weight2: second.weight,
        bias2: second.bias,
      };
    },
  });
  return { y: y as Tensor2D, skip: skip as Tensor2D };
}
