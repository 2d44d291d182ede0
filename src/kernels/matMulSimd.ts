/** Matrix products on the wasm engine: arguments and pieces of assembly/matMul.ts, for every kernel that contains one. */
import type { ProductSizes, Transposes } from './matMulProgram';
import type { SimdCall } from './wasm/simd';

/** As in wasm/assembly/matMul.ts: what is packed at a time, and the rows of a piece of work. */
const [K_BLOCK, PANELS_IN_SCRATCH, ROW_BLOCK] = [512, 16, 256];

/** Floats of scratch memory a thread. */
export const MAT_MUL_SCRATCH = PANELS_IN_SCRATCH * K_BLOCK * 8 + K_BLOCK * 4;

/**
 * One call for each product of the batch.
 * @param bias     byte offset, 0 for none
 * @param residual byte offset, 0 for none
 */
export function matMulCalls(
  [a, b, bias, residual]: number[],
  c: number,
  { batch, m, k, n }: ProductSizes,
  { transposeA, transposeB }: Transposes,
): SimdCall[] {
  const strides = transposeB ? [1, k] : [n, 1];
  const items = Math.ceil(n / 8) * (transposeA ? 1 : Math.ceil(m / ROW_BLOCK));
  return Array.from({ length: batch }, (_, z) => {
    const [toA, toB, toC] = [4 * z * m * k, 4 * z * k * n, 4 * z * m * n];
    const operands = [a + toA, b + toB, c + toC, bias, residual && residual + toC];
    const args = [...operands, m, k, n, transposeA, ...strides];
    return { kernel: 'matMul', args, items, work: 2 * m * k * n };
  });
}
