/**
 * Tensors end to end in a new one, by buffer copies instead of dispatches on WebGPU. It also makes a copy that shares no
 * buffer: results of a captured step change with its next run.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { noteBinding } from './capture';
import { bindingOf, copyBytes, type WebGPUInternals } from './webgpuBackend';

/**
 * @param parts float32, any shapes, each with at least one element
 * @param first how many elements to take; all where it is left out
 * @returns their elements in order, [n], owned by the caller
 */
export function joinValues(parts: readonly Tensor[], first = Infinity): Tensor1D {
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  const size = Math.min(first, total);
  if (tf.getBackend() !== 'webgpu') return joinOnHost(parts, size);
  const backend = tf.backend() as unknown as WebGPUInternals;
  const info = backend.makeTensorInfo([size], 'float32');
  backend.uploadToGPU(info.dataId);
  const { resource: joined } = backend.tensorMap.get(info.dataId);
  let offset = 0;
  for (const part of parts) {
    const taken = Math.min(part.size, size - offset);
    backend.uploadToGPU(part.dataId);
    const from = bindingOf(backend.tensorMap.get(part.dataId));
    noteBinding(part.dataId, from.buffer);
    if (taken > 0) copyBytes(backend, from, { buffer: joined!, offset: 4 * offset }, 4 * taken);
    // The copy is recorded, not done: until it is submitted nobody else may get the buffer.
    backend.commandQueueOwnedIds.add(part.dataId);
    offset += taken;
  }
  backend.commandQueueOwnedIds.add(info.dataId);
  return tf.engine().makeTensorFromTensorInfo(info) as Tensor1D;
}

function joinOnHost(parts: readonly Tensor[], size: number): Tensor1D {
  return tf.tidy(() => {
    const flat = parts.map((part) => part.flatten());
    const joined = flat.length === 1 ? flat[0] : tf.concat(flat);
    // A slice, or a concatenation of one tensor, may be a view that changes with it.
    return tf.mul(tf.slice(joined, 0, size), 1) as Tensor1D;
  });
}
