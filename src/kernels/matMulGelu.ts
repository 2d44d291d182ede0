/**
 * The widening product of a feed-forward layer with its GELU, and the way back.
 *   inner = x·W + b,   y = gelu(inner);     dinner = (dy·Wᵀ) ⊙ gelu′(inner), W being the narrowing weight there
 * As passes of their own, GELU and its gradient read and write the widest tensors of the model once more.
 */
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import geluSource from '../../shaders/matMulGelu.wgsl?raw';
import geluGradSource from '../../shaders/matMulGeluGrad.wgsl?raw';
import { defineKernel, runKernel } from './defineKernel';
import { geluCall, geluGradReference, geluReference } from './gelu';
import { matMulPrograms, matMulReference, productSizes } from './matMulProgram';
import { MAT_MUL_SCRATCH, matMulCalls } from './matMulSimd';

const FORWARD = { transposeA: false, transposeB: false };
const BACKWARD = { transposeA: false, transposeB: true };

defineKernel<object>({
  name: 'MatMulGelu',
  inputs: ['x', 'weight', 'bias'],
  outputs: ([x, weight]) => {
    const { m, n } = productSizes(x, weight, FORWARD);
    return [
      { shape: [m, n], dtype: 'float32' },
      { shape: [m, n], dtype: 'float32' },
    ];
  },
  reference: ([x, weight, bias], [y, inner], [shape, shapeWeight]) => {
    matMulReference(x, weight, bias, undefined, inner, productSizes(shape, shapeWeight, FORWARD), FORWARD);
    geluReference(inner, y);
  },
  wasm: {
    fits: ([x, weight]) => (x[0] * weight[1]) % 4 === 0,
    scratch: () => MAT_MUL_SCRATCH,
    calls: ([x, weight, bias], [y, inner], [shape, shapeWeight]) => [
      ...matMulCalls([x, weight, bias, 0], inner, productSizes(shape, shapeWeight, FORWARD), FORWARD),
      geluCall('gelu', [inner, y], [shape[0], shapeWeight[1]]),
    ],
  },
  program: ([x, weight, bias], [y, inner]) =>
    matMulPrograms(y, x, weight, FORWARD, { name: 'matMulGelu', source: geluSource, bindings: [inner, bias] }),
});

defineKernel<object>({
  name: 'MatMulGeluGrad',
  inputs: ['dy', 'weight', 'inner'],
  outputs: ([, , inner]) => [{ shape: inner, dtype: 'float32' }],
  reference: ([dy, weight, inner], [dinner], [shape, shapeWeight]) => {
    matMulReference(dy, weight, undefined, undefined, dinner, productSizes(shape, shapeWeight, BACKWARD), BACKWARD);
    geluGradReference(dinner, inner, dinner);
  },
  wasm: {
    fits: ([, , [rows, columns]]) => (rows * columns) % 4 === 0,
    scratch: () => MAT_MUL_SCRATCH,
    calls: ([dy, weight, inner], [dinner], [shape, shapeWeight, shapeInner]) => [
      ...matMulCalls([dy, weight, 0, 0], dinner, productSizes(shape, shapeWeight, BACKWARD), BACKWARD),
      geluCall('geluGrad', [dinner, inner, dinner], shapeInner),
    ],
  },
  program: ([dy, weight, inner], [dinner]) =>
    matMulPrograms(dinner, dy, weight, BACKWARD, {
      name: 'matMulGeluGrad',
      source: geluGradSource,
      bindings: [inner],
    }),
});

// No gradient is registered: `feedForward` has one over both.

/**
 * @param x [N, C]
 * @param weight [C, F]
 * @param bias [F]
 * @returns `y` = gelu(inner) and `inner`, both [N, F]
 */
export function matMulGelu(x: Tensor, weight: Tensor, bias: Tensor1D | Tensor): { y: Tensor2D; inner: Tensor2D } {
  const [y, inner] = runKernel('MatMulGelu', { x, weight, bias });
  return { y: y as Tensor2D, inner: inner as Tensor2D };
}

/**
 * @param dy [N, C] gradient of gelu(inner)·weight
 * @param weight [F, C]
 * @param inner [N, F]
 * @returns gradient of `inner`, [N, F]
 */
export function matMulGeluGrad(dy: Tensor, weight: Tensor, inner: Tensor): Tensor2D {
  return runKernel('MatMulGeluGrad', { dy, weight, inner })[0] as Tensor2D;
}
