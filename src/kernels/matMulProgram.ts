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
import quadsSource from '../../shaders/matMulQuads.wgsl?raw';
import quadsLeftSource from '../../shaders/matMulQuadsLeft.wgsl?raw';
import quadsLeftNormSource from '../../shaders/matMulQuadsLeftNorm.wgsl?raw';
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

/** Workgroups that rows with a norm are spread over at least: each of them finds the moments of its 32 rows once. */
const NORM_GROUPS = 4;

/**
 * No dispatch of a product is longer than this; larger ones are cut by rows. A card that a browser still offers manages
 * 10 GFLOP/s, which makes it a tenth of a second; a GPU simulated on two cores less than half of one. Systems reset a
 * card that does not answer for two.
 */
export const longestProduct = { flops: 1e9 };

type Loop = Pick<ProgramCall, 'usesSubgroups'> & {
  workgroups: [columns: number, rows: number, batch: number];
  /** Rows of C that belong to one row of workgroups. */
  rowsEach: number;
  /** Stems of the files that make up the loop, for messages and in the order of `source`. */
  files: string[];
  source: string;
  /** Column tiles a workgroup works through, where it is more than one at will. */
  tiles?: number;
};

/** WGSL that hands a 4 x 4 matrix through, transposed or not: a choice made here costs the shader nothing. */
const turned = (name: string, isTurned: boolean) =>
  `fn ${name}(x: mat4x4<f32>) -> mat4x4<f32> { return ${isTurned ? 'transpose(x)' : 'x'}; }`;

/** Whether the loop over quads can take a product: it reads and stores four neighbours at a time, in tiles of 32 rows. */
function fitsQuads({ m, n, k }: ProductSizes, { transposeA, transposeB }: Transposes): boolean {
  return m > 16 && n % 4 === 0 && k % 4 === 0 && (transposeA ? m % 4 === 0 && !transposeB : true);
}

/**
 * Whether a product is so narrow that lanes have little to share: scalar heads and their gradients, a token for each of a
 * few rows. The plain loop compiles in a sixth of the time there and is faster, but for the heads themselves.
 */
const isSliver = ({ m, n, k }: ProductSizes) => Math.min(m, n, k) <= 4;

/** The loop for this adapter, and how it spreads over workgroups. */
function loop(sizes: ProductSizes, transposes: Transposes, hasNorm: boolean): Loop {
  const { batch, m, n } = sizes;
  const columns = Math.ceil(n / 32);
  const left = hasNorm ? 'matMulLeftNorm' : 'matMulLeft';
  const source = hasNorm ? leftNormSource : leftSource;
  if (!adapterTraits.isSoftware) {
    const workgroups: Loop['workgroups'] = [columns, Math.ceil(m / 32), batch];
    return { files: ['matMulTiled', left], source: `${tiledSource}\n${source}`, workgroups, rowsEach: 32 };
  }
  const spread = { workgroups: [columns, Math.ceil(m / 16), batch] as Loop['workgroups'], rowsEach: 16 };
  if (!adapterTraits.hasLanesOfFour || isSliver(sizes))
    return { files: ['matMulRegister', left], source: `${registerSource}\n${source}`, ...spread };
  if (!fitsQuads(sizes, transposes))
    return { files: ['matMulLanes', left], source: `${lanesSource}\n${source}`, ...spread, usesSubgroups: true };
  return quadsLoop(sizes, transposes, hasNorm);
}

function quadsLoop({ batch, m, n }: ProductSizes, { transposeA, transposeB }: Transposes, hasNorm: boolean): Loop {
  const columns = Math.ceil(n / 32);
  const rows = Math.ceil(m / 32);
  const tiles = hasNorm ? Math.ceil(columns / Math.ceil(NORM_GROUPS / rows)) : 1;
  const parts = [
    quadsSource,
    hasNorm ? quadsLeftNormSource : quadsLeftSource,
    turned('asLeft', !transposeA),
    turned('asRight', !transposeB),
  ];
  return {
    files: ['matMulQuads', hasNorm ? 'matMulQuadsLeftNorm' : 'matMulQuadsLeft'],
    source: parts.join('\n'),
    tiles,
    workgroups: [Math.ceil(columns / tiles), rows, batch],
    rowsEach: 32,
    usesSubgroups: true,
  };
}

/** Where each dispatch of a product begins, in rows of workgroups, and how many of them it has: about equally many each. */
function cutRows(
  { workgroups: [, rows], rowsEach }: Loop,
  { batch, k, n }: ProductSizes,
): [from: number, count: number][] {
  const most = Math.max(1, Math.floor(longestProduct.flops / (2 * batch * rowsEach * k * n)));
  const pieces = Math.ceil(rows / most);
  const starts = Array.from({ length: pieces + 1 }, (_, piece) => Math.round((piece * rows) / pieces));
  return starts.slice(1).map((end, piece) => [starts[piece], end - starts[piece]]);
}

/**
 * The dispatches of a product: one, or several where it is long.
 * @param c result, [.., M, N]
 * @param norm only with five bindings before it, and A not transposed
 */
export function matMulPrograms(
  c: TensorInfo,
  a: TensorInfo,
  b: TensorInfo,
  transposes: Transposes,
  epilogue: Epilogue,
  norm?: LeftNorm,
): ProgramCall[] {
  const sizes = productSizes(a.shape, b.shape, transposes);
  const spread = loop(sizes, transposes, norm !== undefined);
  const { files, source, tiles, workgroups, rowsEach, usesSubgroups } = spread;
  const [main, ...appended] = [...files, epilogue.name];
  const [columns, , batch] = workgroups;
  return cutRows(spread, sizes).map(([from, count]) => ({
    workgroups: [columns, count, batch],
    usesSubgroups,
    file: `shaders/${main}.wgsl (with ${appended.join(', ')})`,
    source: [source, geluSource, epilogue.source].join('\n'),
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
      u32('firstRow', from * rowsEach),
      ...(tiles ? [u32('tiles', tiles)] : []),
      ...(norm ? [f32('epsilon', norm.epsilon)] : []),
    ],
  }));
}
