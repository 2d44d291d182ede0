/**
 * Gradients of a linear layer's weight and bias in one pass.
 *   dW = xᵀ·dy,   db = Σ over rows of dy
 * x [N, K], dy [N, M], dW [K, M], db [M]. The product reads dy anyway, so that the sums cost no pass of their own.
 */
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import columnSumSource from '../../shaders/matMulColumnSum.wgsl?raw';
import { columnSumCall, columnSumReference } from './columnSum';
import { defineKernel, runKernel } from './defineKernel';
import { matMulPrograms, matMulReference, productSizes } from './matMulProgram';
import { MAT_MUL_SCRATCH, matMulCalls } from './matMulSimd';

const TRANSPOSES = { transposeA: true, transposeB: false };

defineKernel<object>({
  name: 'WeightGradient',
  inputs: ['x', 'dy'],
  outputs: ([x, dy]) => [
    { shape: [x[1], dy[1]], dtype: 'float32' },
    { shape: [dy[1]], dtype: 'float32' },
  ],
  reference: ([x, dy], [weight, bias], [shape, shapeDy]) => {
    matMulReference(x, dy, undefined, undefined, weight, productSizes(shape, shapeDy, TRANSPOSES), TRANSPOSES);
    columnSumReference(dy, bias);
  },
  wasm: {
    fits: ([, dy]) => dy[1] % 4 === 0,
    scratch: () => MAT_MUL_SCRATCH,
    calls: ([x, dy], [weight, bias], [shape, shapeDy]) => [
      ...matMulCalls([x, dy, 0, 0], weight, productSizes(shape, shapeDy, TRANSPOSES), TRANSPOSES),
      columnSumCall(dy, bias, shapeDy),
    ],
  },
  program: ([x, dy], [weight, bias]) =>
    matMulPrograms(weight, x, dy, TRANSPOSES, {
      name: 'matMulColumnSum',
      source: columnSumSource,
      bindings: [bias],
    }),
});

/**
 * @param x  [N, K] input of the layer
 * @param dy [N, M] gradient of its output
 * @returns `weight` [K, M] and `bias` [M]
 */
export function weightGradient(x: Tensor, dy: Tensor): { weight: Tensor2D; bias: Tensor1D } {
  const [weight, bias] = runKernel('WeightGradient', { x, dy });
  return { weight: weight as Tensor2D, bias: bias as Tensor1D };
}
