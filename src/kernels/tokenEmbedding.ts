/**
 * Token plus position vectors.
 *   y[n] = tokens[ids[n]] + places[positions[n]]
 * tokens [V, C], places [P, C], ids and positions [N], y [N, C]. One pass for two gathers and their sum.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import source from '../../shaders/tokenEmbedding.wgsl?raw';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { linearGroups, u32 } from './dispatch';
import { embeddingGradient } from './embedding';
import { expectShape, expectType } from './shapes';

const WORKGROUP = 64;

/** @throws RangeError when an id or a position is outside its table */
export function tokenEmbeddingReference(
  tokens: HostArray,
  places: HostArray,
  ids: HostArray,
  positions: HostArray,
  y: HostArray,
  channels: number,
  positionsFrom: number,
): void {
  const row = (name: string, table: HostArray, index: number, n: number) => {
    const rows = table.length / channels;
    if (index >= 0 && index < rows) return index * channels;
    throw new RangeError(`tokenEmbedding: ${name}[${n}] is ${index}; expected 0 to ${rows - 1}, a row of the table.`);
  };
  for (let n = 0; n < ids.length; n++) {
    const token = row('ids', tokens, ids[n], n);
    const place = row('positions', places, positions[positionsFrom + n], n);
    for (let c = 0; c < channels; c++) y[n * channels + c] = tokens[token + c] + places[place + c];
  }
}

interface Attrs {
  /** First of the positions to be used. */
  positionsFrom: number;
}

defineKernel<Attrs>({
  name: 'TokenEmbedding',
  inputs: ['tokens', 'places', 'ids', 'positions'],
  outputs: ([tokens, , ids]) => [{ shape: [ids[0], tokens[1]], dtype: 'float32' }],
  reference: ([tokens, places, ids, positions], [y], [shape], { positionsFrom }) =>
    tokenEmbeddingReference(tokens, places, ids, positions, y, shape[1], positionsFrom),
  program: ([tokens, places, ids, positions], [y], { positionsFrom }) => {
    const [count, channels] = y.shape;
    const sizes = { size: count * channels, tokens: tokens.shape[0], places: places.shape[0], positionsFrom };
    return [
      {
        file: 'shaders/tokenEmbedding.wgsl',
        source,
        constants: { CHANNELS: channels, WORKGROUP },
        bindings: [y, tokens, places, ids, positions],
        uniforms: Object.entries(sizes).map(([name, value]) => u32(name, value)),
        workgroups: linearGroups(count * channels, WORKGROUP),
      },
    ];
  },
});

// Saved from the forward pass: ids and positions; the tables only lend their shapes.
tf.registerGradient({
  kernelName: 'TokenEmbedding',
  inputsToSave: ['tokens', 'places', 'ids', 'positions'],
  gradFunc: (dys, [tokens, places, ids, positions]) => {
    const dy = (Array.isArray(dys) ? dys[0] : dys) as Tensor;
    return {
      tokens: () => embeddingGradient(dy, ids, tokens.shape[0]),
      places: () => embeddingGradient(dy, positions, places.shape[0]),
    };
  },
});

/**
 * @param tokens [V, C]
 * @param places [P, C]
 * @param ids [N] int32, each in [0, V)
 * @param positions [N] int32, each in [0, P); longer with `positionsFrom`, from which on they count (no gradient then)
 * @returns [N, C]
 * @throws RangeError when the shapes do not fit, or on cpu and wasm when an index is outside its table; the GPU cannot
 * throw and takes the nearest row
 */
export function tokenEmbedding(
  tokens: Tensor2D,
  places: Tensor2D,
  ids: Tensor1D,
  positions: Tensor1D,
  positionsFrom = 0,
): Tensor2D {
  expectShape('tokenEmbedding', 'tokens', tokens, [-1, -1]);
  expectShape('tokenEmbedding', 'places', places, [-1, tokens.shape[1]]);
  expectType('tokenEmbedding', 'ids', ids, 'int32');
  expectType('tokenEmbedding', 'positions', positions, 'int32');
  if (positionsFrom + ids.size > positions.size) {
    throw new RangeError(
      `tokenEmbedding: ${ids.size} ids from position ${positionsFrom} on need more than ${positions.size} positions.`,
    );
  }
  return runKernel('TokenEmbedding', { tokens, places, ids, positions }, { positionsFrom })[0] as Tensor2D;
}
