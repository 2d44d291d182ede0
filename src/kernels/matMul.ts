/**
 * Matrix product with everything a transformer hangs on it in one pass.
 *   C = op(A)·op(B) + bias + residual,   op(X) = X or Xᵀ
 * A [M, K] (transposed [K, M]), B [K, N] (transposed [N, K]), bias [N], residual and C [M, N]; A, B and C may carry one
 * leading batch dimension. TensorFlow.js' own product needs extra passes for bias and residual, and its workgroup-memory
 * tiles are 7 to 13 times slower than registers on a software adapter.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import columnSumSource from '../../shaders/columnSum.wgsl?raw';
import registerSource from '../../shaders/matMulRegister.wgsl?raw';
import tiledSource from '../../shaders/matMulTiled.wgsl?raw';
import { adapterTraits } from './adapter';
import { defineKernel, runKernel, type HostArray, type Shape } from './defineKernel';
import { linearGroups, u32 } from './dispatch';

export interface MatMulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
  /** [N], added to every row. */
  bias?: Tensor1D;
  /** Shape of the result, added to it. */
  residual?: Tensor;
}

interface Attrs {
  transposeA: boolean;
  transposeB: boolean;
}

interface Sizes {
  batch: number;
  m: number;
  k: number;
  n: number;
}

function sizes(a: Shape, b: Shape, { transposeA, transposeB }: Attrs): Sizes {
  const [rows, columns] = a.slice(-2);
  const [rowsB, columnsB] = b.slice(-2);
  const batch = a.length === 3 ? a[0] : 1;
  const k = transposeA ? rows : columns;
  if (
    a.length !== b.length ||
    a.length < 2 ||
    a.length > 3 ||
    (b.length === 3 && b[0] !== batch) ||
    k !== (transposeB ? columnsB : rowsB)
  ) {
    const mark = (isTransposed: boolean) => (isTransposed ? 'ᵀ' : '');
    throw new RangeError(
      `matMul: [${a}]${mark(transposeA)} · [${b}]${mark(transposeB)} does not fit; expected [.., M, K] · [.., K, N] with equal batch.`,
    );
  }
  return { batch, m: transposeA ? columns : rows, k, n: transposeB ? rowsB : columnsB };
}

/** As in wasm/assembly/matMul.ts: what is packed at a time, and the rows of a piece of work. */
const [K_BLOCK, PANELS_IN_SCRATCH, ROW_BLOCK] = [512, 16, 256];

/** Plain triple loop over one batch of products. `bias` and `residual` may be undefined. */
export function matMulReference(
  a: HostArray,
  b: HostArray,
  bias: HostArray | undefined,
  residual: HostArray | undefined,
  c: HostArray,
  { batch, m, k, n }: Sizes,
  { transposeA, transposeB }: Attrs,
): void {
  for (let z = 0; z < batch; z++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = 0;
        for (let i = 0; i < k; i++) {
          const left = a[z * m * k + (transposeA ? i * m + row : row * k + i)];
          sum += left * b[z * k * n + (transposeB ? column * k + i : i * n + column)];
        }
        const at = z * m * n + row * n + column;
        c[at] = sum + (bias ? bias[column] : 0) + (residual ? residual[at] : 0);
      }
    }
  }
}

/** Gradient of a bias: sum over all rows. */
export function columnSumReference(x: HostArray, y: HostArray): void {
  y.fill(0);
  for (let i = 0; i < x.length; i++) y[i % y.length] += x[i];
}

defineKernel<Attrs>({
  name: 'MatMulBiasResidual',
  inputs: ['a', 'b', 'bias', 'residual'],
  outputs: ([a, b], attrs) => {
    const { m, n } = sizes(a, b, attrs);
    return [{ shape: [...a.slice(0, -2), m, n], dtype: 'float32' }];
  },
  reference: ([a, b, bias, residual], [c], [shapeA, shapeB], attrs) =>
    matMulReference(a, b, bias, residual, c, sizes(shapeA, shapeB, attrs), attrs),
  wasm: {
    scratch: () => PANELS_IN_SCRATCH * K_BLOCK * 8 + K_BLOCK * 4,
    calls: ([a, b, bias, residual], [c], [shapeA, shapeB], attrs) => {
      const { batch, m, k, n } = sizes(shapeA, shapeB, attrs);
      const strides = attrs.transposeB ? [1, k] : [n, 1];
      const items = Math.ceil(n / 8) * (attrs.transposeA ? 1 : Math.ceil(m / ROW_BLOCK));
      return Array.from({ length: batch }, (_, z) => {
        const [toA, toB, toC] = [4 * z * m * k, 4 * z * k * n, 4 * z * m * n];
        const operands = [a + toA, b + toB, c + toC, bias, residual && residual + toC];
        const args = [...operands, m, k, n, attrs.transposeA, ...strides];
        return { kernel: 'matMul', args, items, work: 2 * m * k * n };
      });
    },
  },
  program: ([a, b, bias, residual], [c], attrs) => {
    const { batch, m, k, n } = sizes(a.shape, b.shape, attrs);
    const common = {
      // An absent operand is never read; any other buffer keeps its binding filled.
      bindings: [c, a, b, bias ?? b, residual ?? b],
      uniforms: [u32('m', m), u32('n', n), u32('k', k)],
    };
    const switches = {
      TRANSPOSE_A: attrs.transposeA,
      TRANSPOSE_B: attrs.transposeB,
      HAS_BIAS: bias !== undefined,
      HAS_RESIDUAL: residual !== undefined,
    };
    if (adapterTraits.isSoftware) {
      const constants = { ...switches, WORKGROUP_X: 4, WORKGROUP_Y: 4 };
      return [
        {
          ...common,
          file: 'shaders/matMulRegister.wgsl',
          source: registerSource,
          constants,
          workgroups: [Math.ceil(n / 32), Math.ceil(m / 16), batch],
        },
      ];
    }
    return [
      {
        ...common,
        file: 'shaders/matMulTiled.wgsl',
        source: tiledSource,
        constants: switches,
        workgroups: [Math.ceil(n / 32), Math.ceil(m / 32), batch],
      },
    ];
  },
});

const COLUMN_WORKGROUP = 64;

defineKernel<object>({
  name: 'ColumnSum',
  inputs: ['x'],
  outputs: ([x]) => [{ shape: [x[x.length - 1]], dtype: 'float32' }],
  reference: ([x], [y]) => columnSumReference(x, y),
  wasm: {
    fits: ([x]) => x[x.length - 1] % 4 === 0,
    calls: ([x], [y], [shape]) => {
      const size = tf.util.sizeFromShape(shape);
      const columns = shape[shape.length - 1];
      const args = [x, y, size / columns, columns];
      return [{ kernel: 'columnSum', args, items: Math.ceil(columns / 16), work: size }];
    },
  },
  program: ([x], [y]) => {
    const columns = y.shape[0];
    const rows = x.shape.reduce((product, size) => product * size, 1) / columns;
    return [
      {
        file: 'shaders/columnSum.wgsl',
        source: columnSumSource,
        constants: { WORKGROUP: COLUMN_WORKGROUP },
        bindings: [y, x],
        uniforms: [u32('rows', rows), u32('columns', columns)],
        workgroups: linearGroups(columns, COLUMN_WORKGROUP),
      },
    ];
  },
});

// Saved from the forward pass: A and B. With C = op(A)·op(B): dop(A) = dC·op(B)ᵀ and dop(B) = op(A)ᵀ·dC, transposed back.
tf.registerGradient({
  kernelName: 'MatMulBiasResidual',
  inputsToSave: ['a', 'b'],
  gradFunc: (dyOrList, [a, b], attrs) => {
    const dy = (Array.isArray(dyOrList) ? dyOrList[0] : dyOrList) as Tensor;
    const { transposeA, transposeB } = attrs as unknown as Attrs;
    return {
      a: () =>
        transposeA
          ? matMul(b, dy, { transposeA: transposeB, transposeB: true })
          : matMul(dy, b, { transposeB: !transposeB }),
      b: () =>
        transposeB
          ? matMul(dy, a, { transposeA: true, transposeB: transposeA })
          : matMul(a, dy, { transposeA: !transposeA }),
      bias: () => runKernel('ColumnSum', { x: dy })[0],
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
  const { m, n } = sizes(a.shape, b.shape, { transposeA, transposeB });
  const expected = [...a.shape.slice(0, -2), m, n];
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== n))
    throw new RangeError(`matMul: bias has shape [${bias.shape}]; expected [${n}].`);
  if (residual && residual.shape.join() !== expected.join())
    throw new RangeError(`matMul: residual has shape [${residual.shape}]; expected [${expected}].`);
  return runKernel('MatMulBiasResidual', { a, b, bias, residual }, { transposeA, transposeB })[0] as T;
}
