/** Sum over all rows, y[c] = Σ_r x[r, c]: the gradient of a bias. x [.., C], y [C]. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import source from '../../shaders/columnSum.wgsl?raw';
import { defineKernel, runKernel, type HostArray, type Shape } from './defineKernel';
import { linearGroups, u32 } from './dispatch';
import type { SimdCall } from './wasm/simd';

const WORKGROUP = 64;

export function columnSumReference(x: HostArray, y: HostArray): void {
  y.fill(0);
  for (let i = 0; i < x.length; i++) y[i % y.length] += x[i];
}

/** The sums on the wasm engine; the number of columns is a multiple of 4. */
export function columnSumCall(x: number, y: number, shape: Shape): SimdCall {
  const size = tf.util.sizeFromShape(shape);
  const columns = shape[shape.length - 1];
  const args = [x, y, size / columns, columns];
  return { kernel: 'columnSum', args, items: Math.ceil(columns / 16), work: size };
}

defineKernel<object>({
  name: 'ColumnSum',
  inputs: ['x'],
  outputs: ([x]) => [{ shape: [x[x.length - 1]], dtype: 'float32' }],
  reference: ([x], [y]) => columnSumReference(x, y),
  wasm: {
    fits: ([x]) => x[x.length - 1] % 4 === 0,
    calls: ([x], [y], [shape]) => [columnSumCall(x, y, shape)],
  },
  program: ([x], [y]) => {
    const columns = y.shape[0];
    const rows = tf.util.sizeFromShape(x.shape) / columns;
    return [
      {
        file: 'shaders/columnSum.wgsl',
        source,
        constants: { WORKGROUP },
        bindings: [y, x],
        uniforms: [u32('rows', rows), u32('columns', columns)],
        workgroups: linearGroups(columns, WORKGROUP),
      },
    ];
  },
});

/** @param x [.., C] → [C] */
export function columnSum(x: Tensor): Tensor1D {
  return runKernel('ColumnSum', { x })[0] as Tensor1D;
}
