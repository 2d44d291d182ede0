/**
 * Layer norm and the linear layer behind it, as the halves of a transformer block begin.
 *   y = norm(x)·W + b,   skip = x
 * x [N, C], W [C, M], y [N, M]. `skip` is x once more, for the residual sum at the end of the half: whoever takes it from
 * here lets the gradient of both uses of x be added where the norm's is computed, instead of in a pass of its own.
 */
import type { Tensor2D } from '@tensorflow/tfjs';
import { compose } from './compose';
import { layerNormWithStats, normGradients, type Norm } from './layerNorm';
import { matMul, type Linear } from './matMul';
import { expectShape } from './shapes';
import { weightGradient } from './weightGradient';

/**
 * @param x [N, C]
 * @returns `y` [N, M] and `skip` [N, C]
 * @throws RangeError when shapes do not fit
 */
export function normLinear(x: Tensor2D, norm: Norm, { weight, bias }: Linear): { y: Tensor2D; skip: Tensor2D } {
  expectShape('normLinear', 'x', x, [-1, weight.shape[0]]);
  const [y, skip] = compose({
    inputs: { x, gain: norm.gain, shift: norm.bias, weight, bias },
    forward: (save) => {
      const { y: normed, stats } = layerNormWithStats(x, norm.gain, norm.bias);
      save([x, norm.gain, weight, normed, stats]);
      return [matMul(normed, weight, { bias }), x.clone()];
    },
    backward: ([dy, dskip], [input, gain, kept, normed, stats]) => ({
      ...normGradients(matMul(dy, kept, { transposeB: true }), input, gain, stats, dskip),
      ...weightGradient(normed, dy),
    }),
  });
  return { y: y as Tensor2D, skip: skip as Tensor2D };
}
