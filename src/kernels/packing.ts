/**
 * Tensors moved end to end into one GPU buffer. Each stays the tensor it was, with its shape and name in the model, but
 * its bytes are a range of the common buffer, so that one dispatch can walk over all of them. Ranges begin at multiples of
 * 256 bytes, the coarsest alignment a device may ask of a binding; the gaps hold zeros.
 *
 * Copying into a flat buffer and back would cost three copies of the weights a step; ranges cost none.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { bindingOf, copyBytes, flush, STORAGE_USAGE, type WebGPUInternals } from './webgpuBackend';

/** Floats that every range is a multiple of. */
export const BLOCK = 64;

export interface Packing {
  /** All ranges and gaps as one tensor over the same bytes; [blocks · BLOCK]. Dispose it when it is no longer needed. */
  flat: Tensor1D;
  blocks: number;
  /** First block of each tensor, in their order. */
  starts: number[];
}

const blocksOf = (tensor: Tensor) => Math.ceil(tensor.size / BLOCK);

/** First block of each tensor, and behind them the number of blocks. */
function layOut(tensors: readonly Tensor[]): number[] {
  const starts = [0];
  for (const tensor of tensors) starts.push(starts[starts.length - 1] + blocksOf(tensor));
  return starts;
}

/**
 * Moves float32 tensors into one new buffer, values included; WebGPU only. The buffer lives until the last of them is
 * disposed. A captured step that binds one of them is captured again.
 */
export function pack(tensors: readonly Tensor[]): Packing {
  const backend = tf.backend() as unknown as WebGPUInternals;
  const starts = layOut(tensors);
  const blocks = starts.pop()!;
  const flat = flatTensor(blocks);
  const { resource: buffer } = backend.tensorMap.get(flat.dataId);
  let holders = tensors.length + 1;
  const letGo = () => {
    if (--holders === 0) backend.bufferManager.releaseBuffer(buffer!, false);
  };
  backend.tensorMap.get(flat.dataId).released = letGo;
  tensors.forEach((tensor, i) => {
    const offset = 4 * BLOCK * starts[i];
    const data = backend.tensorMap.get(tensor.dataId);
    if (data.resource) copyBytes(backend, bindingOf(data), { buffer: buffer!, offset }, 4 * tensor.size);
    else if (data.values) backend.queue.writeBuffer(buffer!, offset, data.values as Float32Array<ArrayBuffer>);
  });
  // What was copied from must not serve anybody else before the copies are under way.
  flush(backend);
  tensors.forEach((tensor, i) => {
    backend.releaseResource(tensor.dataId);
    Object.assign(backend.tensorMap.get(tensor.dataId), {
      resource: buffer,
      values: null,
      external: true,
      range: { offset: 4 * BLOCK * starts[i], size: 4 * tensor.size },
      released: letGo,
    });
  });
  return { flat, blocks, starts };
}

/** A new buffer of zeros as a tensor [blocks · BLOCK]. */
function flatTensor(blocks: number): Tensor1D {
  const backend = tf.backend() as unknown as WebGPUInternals;
  const info = backend.makeTensorInfo([blocks * BLOCK], 'float32');
  const data = backend.tensorMap.get(info.dataId);
  data.resource = backend.bufferManager.acquireOwn(4 * BLOCK * blocks, STORAGE_USAGE());
  data.external = true;
  return tf.keep(tf.engine().makeTensorFromTensorInfo(info)) as Tensor1D;
}

/** A flat tensor laid out like `packing`, of its own. */
export function flatLike({ blocks }: Packing): Tensor1D {
  const backend = tf.backend() as unknown as WebGPUInternals;
  const flat = flatTensor(blocks);
  const data = backend.tensorMap.get(flat.dataId);
  const buffer = data.resource!;
  data.released = () => backend.bufferManager.releaseBuffer(buffer, false);
  return flat;
}

/** Copies the tensor into its range of a flat tensor. No dispatch. */
export function copyIntoFlat(tensor: Tensor, flat: Tensor1D, start: number): void {
  const backend = tf.backend() as unknown as WebGPUInternals;
  backend.uploadToGPU(tensor.dataId);
  const from = bindingOf(backend.tensorMap.get(tensor.dataId));
  const { resource } = backend.tensorMap.get(flat.dataId);
  copyBytes(backend, from, { buffer: resource!, offset: 4 * BLOCK * start }, 4 * tensor.size);
  // The copy is recorded, not done: until it is submitted nobody else may get the tensor's buffer.
  backend.commandQueueOwnedIds.add(tensor.dataId);
}
