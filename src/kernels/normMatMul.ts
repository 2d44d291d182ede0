/**
 * Layer norm, product, bias and GELU in one pass, for generation: a step of it has few rows, and costs what its
 * dispatches cost. No gradient; training keeps the normed rows (see normLinear.ts).
 *   y = act(norm(x)·op(W) + bias),   op(W) = W or Wᵀ
 * x [N, C], W [C, M] (transposed [M, C]), bias [M], y [N, M].
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import addSource from '../../shaders/matMulAdd.wgsl?raw';
import { defineKernel, runKernel } from './defineKernel';
import { gelu, geluReference } from './gelu';
import { EPSILON, layerNorm, layerNormReference, type Norm } from './layerNorm';
import { matMul } from './matMul';
import { matMulPrograms, matMulReference, productSizes } from './matMulProgram';
import { expectShape } from './shapes';

interface Attrs {
  transposeB: boolean;
  hasGelu: boolean;
}

const transposes = ({ transposeB }: Attrs) => ({ transposeA: false, transposeB });

defineKernel<Attrs>({
  name: 'NormMatMul',
  inputs: ['x', 'gain', 'shift', 'weight', 'bias'],
  outputs: ([x, , , weight], attrs) => {
    const { m, n } = productSizes(x, weight, transposes(attrs));
    return [{ shape: [m, n], dtype: 'float32' }];
  },
  reference: ([x, gain, shift, weight, bias], [y], [shape, , , shapeWeight], attrs) => {
    const sizes = productSizes(shape, shapeWeight, transposes(attrs));
    const normed = new Float64Array(x.length);
    layerNormReference(x, gain, shift, normed, new Float64Array(2 * sizes.m), sizes.k, EPSILON);
    matMulReference(normed, weight, bias, undefined, y, sizes, transposes(attrs));
    if (attrs.hasGelu) geluReference(y, y);
  },
  program: ([x, gain, shift, weight, bias], [y], attrs) => {
    const epilogue = {
      name: 'matMulAdd',
      source: addSource,
      constants: { HAS_BIAS: bias !== undefined, HAS_GELU: attrs.hasGelu, HAS_RESIDUAL: false },
      // An absent operand is never read; any other buffer keeps its binding filled.
      bindings: [bias ?? weight, weight],
    };
    return matMulPrograms(y, x, weight, transposes(attrs), epilogue, { gain, shift, epsilon: EPSILON });
  },
});

export interface NormMatMulOptions {
  transposeB?: boolean;
  /** [M] */
  bias?: Tensor1D;
  hasGelu?: boolean;
}

/**
 * @param x [N, C]
 * @param weight [C, M], or [M, C] with `transposeB`
 * @returns [N, M]
 * @throws RangeError when shapes do not fit
 */
export function normMatMul(x: Tensor2D, norm: Norm, weight: Tensor2D, options: NormMatMulOptions = {}): Tensor2D {
  const { transposeB = false, bias, hasGelu = false } = options;
  expectShape('normMatMul', 'x', x, [-1, weight.shape[transposeB ? 1 : 0]]);
  if (tf.getBackend() === 'wasm') {
    // Calls cost nothing there, and the parts have SIMD forms.
    const y = matMul(layerNorm(x, norm.gain, norm.bias), weight, { transposeB, bias });
    return hasGelu ? gelu(y) : y;
  }
  const inputs = { x, gain: norm.gain, shift: norm.bias, weight, bias };
  return runKernel('NormMatMul', inputs, { transposeB, hasGelu })[0] as Tensor2D;
}
