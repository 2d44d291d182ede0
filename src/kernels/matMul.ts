/**
 * Matrix product with everything a transformer hangs on it in one pass.
 *   C = op(A)·op(B) + bias + residual,   op(X) = X or Xᵀ
 * A [M, K] (transposed [K, M]), B [K, N] (transposed [N, K]), bias [N], residual and C [M, N]; A, B and C may carry one
 * leading batch dimension. TensorFlow.js' own product needs extra passes for bias and residual, and its workgroup-memory
 * tiles are 7 to 13 times slower than registers on a software adapter.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import addSource from '../../shaders/matMulAdd.wgsl?raw';
import { columnSum } from './columnSum';
import { defineKernel, runKernel, sharedGradients } from './defineKernel';
import { matMulPrograms, matMulReference, productSizes, type Transposes } from './matMulProgram';
import { MAT_MUL_SCRATCH, matMulCalls } from './matMulSimd';
import { weightGradient } from './weightGradient';

export interface MatMulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
  /** [N], added to every row. */
  bias?: Tensor1D;
  /** Shape of the result, added to it. */
  residual?: Tensor;
}

/** A linear layer. */
export interface Linear {
  /** [K, N] */
  weight: Tensor2D;
  /** [N] */
  bias: Tensor1D;
}

defineKernel<Transposes>({
  name: 'MatMulBiasResidual',
  inputs: ['a', 'b', 'bias', 'residual'],
  outputs: ([a, b], attrs) => {
    const { m, n } = productSizes(a, b, attrs);
    return [{ shape: [...a.slice(0, -2), m, n], dtype: 'float32' }];
  },
  reference: ([a, b, bias, residual], [c], [shapeA, shapeB], attrs) =>
    matMulReference(a, b, bias, residual, c, productSizes(shapeA, shapeB, attrs), attrs),
  wasm: {
    scratch: () => MAT_MUL_SCRATCH,
    calls: (inputs, [c], [a, b], attrs) => matMulCalls(inputs, c, productSizes(a, b, attrs), attrs),
  },
  program: ([a, b, bias, residual], [c], attrs) =>
    matMulPrograms(c, a, b, attrs, {
      name: 'matMulAdd',
      source: addSource,
      constants: { HAS_BIAS: bias !== undefined, HAS_GELU: false, HAS_RESIDUAL: residual !== undefined },
      // An absent operand is never read; any other buffer keeps its binding filled.
      bindings: [bias ?? b, residual ?? b],
    }),
});

/** Gradients of B and of the bias: one pass where the bias' sums run over the operand that the product reads anyway. */
function rightGradients(a: Tensor, dy: Tensor, { transposeA, transposeB }: Transposes, hasBias: boolean) {
  if (hasBias && !transposeA && !transposeB && a.rank === 2) {
    return sharedGradients(() => {
      const { weight, bias } = weightGradient(a, dy);
      return { b: weight, bias };
    }, ['b', 'bias']);
  }
  return {
    b: () =>
      transposeB
        ? matMul(dy, a, { transposeA: true, transposeB: transposeA })
        : matMul(a, dy, { transposeA: !transposeA }),
    bias: () => columnSum(dy),
  };
}

// Saved from the forward pass: A and B. With C = op(A)·op(B): dop(A) = dC·op(B)ᵀ and dop(B) = op(A)ᵀ·dC, transposed back.
tf.registerGradient({
  kernelName: 'MatMulBiasResidual',
  inputsToSave: ['a', 'b'],
  gradFunc: (dyOrList, [a, b], attrs) => {
    const dy = (Array.isArray(dyOrList) ? dyOrList[0] : dyOrList) as Tensor;
    const transposes = attrs as unknown as Transposes & { hasBias: boolean };
    const { transposeA, transposeB, hasBias } = transposes;
    return {
      a: () =>
        transposeA
          ? matMul(b, dy, { transposeA: transposeB, transposeB: true })
          : matMul(dy, b, { transposeB: !transposeB }),
      ...rightGradients(a, dy, transposes, hasBias),
      residual: () => dy.clone(),
    };
  },
});

/**
 * @param a [M, K], or [K, M] with `transposeA`; one leading batch dimension allowed
 * @param b [K, N], or [N, K] with `transposeB`; the same batch
 * @returns [M, N] with the batch dimension of the operands
 * @throws RangeError when shapes do not fit
 */
export function matMul<T extends Tensor>(a: T, b: Tensor, options: MatMulOptions = {}): T {
  const { transposeA = false, transposeB = false, bias, residual } = options;
  const { m, n } = productSizes(a.shape, b.shape, { transposeA, transposeB });
  const expected = [...a.shape.slice(0, -2), m, n];
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== n))
    throw new RangeError(`matMul: bias has shape [${bias.shape}]; expected [${n}].`);
  if (residual && residual.shape.join() !== expected.join())
    throw new RangeError(`matMul: residual has shape [${residual.shape}]; expected [${expected}].`);
  const attrs = { transposeA, transposeB, hasBias: bias !== undefined };
  return runKernel('MatMulBiasResidual', { a, b, bias, residual }, attrs)[0] as T;
}
