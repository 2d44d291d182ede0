/**
 * The GPU passes of matrix products. One loop over K per kind of adapter, and what is done to the operands on their way in
 * and to the sums on their way out as WGSL that is appended to it:
 *   C = put(left(op(A)) · op(B)),   op(X) = X or Xᵀ
 * On a simulated GPU the tiles of C live in registers, shared by subgroups where it has them; on hardware operands go
 * through workgroup memory. Both need the same few reads per product, by the means that is cheap there.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import geluSource from '../../shaders/geluFunctions.wgsl?raw';
import lanesSource from '../../shaders/matMulLanes.wgsl?raw';
import leftSource from '../../shaders/matMulLeft.wgsl?raw';
import leftNormSource from '../../shaders/matMulLeftNorm.wgsl?raw';
import registerSource from '../../shaders/matMulRegister.wgsl?raw';
import tiledSource from '../../shaders/matMulTiled.wgsl?raw';
import { adapterTraits } from './adapter';
import type { HostArray, Shape } from './defineKernel';
import { f32, u32, type ProgramCall } from './dispatch';

export interface Transposes {
  transposeA: boolean;
  transposeB: boolean;
}

export interface ProductSizes {
  batch: number;
  m: number;
  k: number;
  n: number;
}

/** @throws RangeError unless op(a) · op(b) is a product of matrices, or of equally many of them */
export function productSizes(a: Shape, b: Shape, { transposeA, transposeB }: Transposes): ProductSizes {
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

/** Plain triple loop over a batch of products. `bias` and `residual` may be undefined. */
export function matMulReference(
  a: HostArray,
  b: HostArray,
  bias: HostArray | undefined,
  residual: HostArray | undefined,
  c: HostArray,
  { batch, m, k, n }: ProductSizes,
  { transposeA, transposeB }: Transposes,
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

/** What happens to a sum of products before it is stored. */
export interface Epilogue {
  /** Stem of the file, for messages: "matMulAdd". */
  name: string;
  source: string;
  constants?: Record<string, boolean>;
  /** From binding 3 on. */
  bindings: TensorInfo[];
}

/** Layer normalisation of the rows of A as they are read; takes the bindings 5 and 6. */
export interface LeftNorm {
  gain: TensorInfo;
  shift: TensorInfo;
  epsilon: number;
}

/** The loop for this adapter, and how it spreads over workgroups. */
function loop({ batch, m, n }: ProductSizes): Pick<ProgramCall, 'file' | 'source' | 'workgroups' | 'usesSubgroups'> {
  const columns = Math.ceil(n / 32);
  if (!adapterTraits.isSoftware)
    return { file: 'matMulTiled', source: tiledSource, workgroups: [columns, Math.ceil(m / 32), batch] };
  const workgroups: ProgramCall['workgroups'] = [columns, Math.ceil(m / 16), batch];
  return adapterTraits.hasLanesOfFour
    ? { file: 'matMulLanes', source: lanesSource, workgroups, usesSubgroups: true }
    : { file: 'matMulRegister', source: registerSource, workgroups };
}

/**
 * @param c result, [.., M, N]
 * @param norm only with five bindings before it, and A not transposed
 */
export function matMulProgram(
  c: TensorInfo,
  a: TensorInfo,
  b: TensorInfo,
  transposes: Transposes,
  epilogue: Epilogue,
  norm?: LeftNorm,
): ProgramCall {
  const sizes = productSizes(a.shape, b.shape, transposes);
  const { file, source, ...rest } = loop(sizes);
  const left = norm ? 'matMulLeftNorm' : 'matMulLeft';
  return {
    ...rest,
    file: `shaders/${file}.wgsl (with ${left}, ${epilogue.name})`,
    source: [source, norm ? leftNormSource : leftSource, geluSource, epilogue.source].join('\n'),
    constants: {
      TRANSPOSE_A: transposes.transposeA,
      TRANSPOSE_B: transposes.transposeB,
      COLUMN_SUMS: epilogue.name === 'matMulColumnSum',
      ...epilogue.constants,
    },
    bindings: [c, a, b, ...epilogue.bindings, ...(norm ? [norm.gain, norm.shift] : [])],
    uniforms: [
      u32('m', sizes.m),
      u32('n', sizes.n),
      u32('k', sizes.k),
      ...(norm ? [f32('epsilon', norm.epsilon)] : []),
    ],
  };
}
