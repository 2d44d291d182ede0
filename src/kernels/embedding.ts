/**
 * Rows of a table by id, with the gradient summed back into the rows.
 *   y[n] = table[ids[n]],   dtable[v] = Σ_{n: ids[n] = v} dy[n]
 * table [V, C], ids [N], y [N, C]. TensorFlow.js' own gather has no gradient on wasm, and on WebGPU its gradient adds with
 * atomics, in an order that changes from run to run; here the order is that of the ids.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import gradSource from '../../shaders/embeddingGrad.wgsl?raw';
import source from '../../shaders/embedding.wgsl?raw';
import { adapterTraits } from './adapter';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { linearGroups, u32 } from './dispatch';
import { expectShape, expectType } from './shapes';

const WORKGROUP = 64;
/** Channels per thread of the gradient: the scan over the ids is paid once per block, so a simulated GPU takes wide ones. */
const BLOCK = 16;
const BLOCK_SOFTWARE = 64;

/** @throws RangeError when an id is outside the table */
export function embeddingReference(table: HostArray, ids: HostArray, y: HostArray, channels: number): void {
  const rows = table.length / channels;
  for (let n = 0; n < ids.length; n++) {
    const row = ids[n];
    if (row < 0 || row >= rows) {
      throw new RangeError(`embedding: ids[${n}] is ${row}; expected 0 to ${rows - 1}, a row of the table.`);
    }
    for (let c = 0; c < channels; c++) y[n * channels + c] = table[row * channels + c];
  }
}

export function embeddingGradReference(dy: HostArray, ids: HostArray, dtable: HostArray, channels: number): void {
  dtable.fill(0);
  for (let n = 0; n < ids.length; n++) {
    const row = ids[n];
    for (let c = 0; c < channels; c++) dtable[row * channels + c] += dy[n * channels + c];
  }
}

defineKernel<object>({
  name: 'Embedding',
  inputs: ['table', 'ids'],
  outputs: ([table, ids]) => [{ shape: [ids[0], table[1]], dtype: 'float32' }],
  reference: ([table, ids], [y], [shape]) => embeddingReference(table, ids, y, shape[1]),
  program: ([table, ids], [y]) => {
    const [rows, channels] = table.shape;
    const size = ids.shape[0] * channels;
    return [
      {
        file: 'shaders/embedding.wgsl',
        source,
        constants: { CHANNELS: channels, WORKGROUP },
        bindings: [y, table, ids],
        uniforms: [u32('rows', rows), u32('size', size)],
        workgroups: linearGroups(size, WORKGROUP),
      },
    ];
  },
});

defineKernel<{ rows: number }>({
  name: 'EmbeddingGrad',
  inputs: ['dy', 'ids'],
  outputs: ([dy], { rows }) => [{ shape: [rows, dy[1]], dtype: 'float32' }],
  reference: ([dy, ids], [dtable], [shape]) => embeddingGradReference(dy, ids, dtable, shape[1]),
  wasm: {
    fits: ([dy]) => dy[1] % 4 === 0,
    calls: (inputs, outputs, [[count, channels]], { rows }) => {
      const args = [...inputs, ...outputs, count, rows, channels];
      return [{ kernel: 'embeddingGrad', args, items: Math.ceil(channels / 16), work: (count + rows) * channels }];
    },
  },
  program: ([dy, ids], [dtable], { rows }) => {
    const [count, channels] = dy.shape;
    const block = adapterTraits.isSoftware ? BLOCK_SOFTWARE : BLOCK;
    return [
      {
        file: 'shaders/embeddingGrad.wgsl',
        source: gradSource,
        constants: { CHANNELS: channels, BLOCK: block, WORKGROUP },
        bindings: [dtable, dy, ids],
        uniforms: [u32('rows', rows), u32('count', count)],
        workgroups: linearGroups(rows * Math.ceil(channels / block), WORKGROUP),
      },
    ];
  },
});

/**
 * Gradient of the table: the rows of `dy` summed by id.
 * @param dy [N, C]
 * @param ids [N] int32
 * @param rows V
 * @returns [V, C]
 */
export function embeddingGradient(dy: Tensor, ids: Tensor, rows: number): Tensor2D {
  return runKernel('EmbeddingGrad', { dy, ids }, { rows })[0] as Tensor2D;
}

// Saved from the forward pass: ids; the table only lends its shape.
tf.registerGradient({
  kernelName: 'Embedding',
  inputsToSave: ['table', 'ids'],
  gradFunc: (dys, [table, ids]) => {
    const dy = (Array.isArray(dys) ? dys[0] : dys) as Tensor;
    return { table: () => embeddingGradient(dy, ids, table.shape[0]) };
  },
});

/**
 * @param table [V, C]: token or position vectors, or hidden states of which some are wanted
 * @param ids [N] int32, each in [0, V)
 * @returns [N, C]
 * @throws RangeError when the shapes do not fit, or on cpu and wasm when an id is outside the table; the GPU cannot
 * throw and takes the nearest row
 */
export function embedding(table: Tensor2D, ids: Tensor1D): Tensor2D {
  expectShape('embedding', 'table', table, [-1, -1]);
  expectShape('embedding', 'ids', ids, [-1]);
  expectType('embedding', 'ids', ids, 'int32');
  return runKernel('Embedding', { table, ids })[0] as Tensor2D;
}
