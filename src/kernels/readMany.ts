import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { counters } from './counters';
import { readValues } from './defineKernel';
import { settleCompiles } from './pipelines';
import { bindingOf, copyBytes, type WebGPUInternals } from './webgpuBackend';

/** Bytes that one mapped buffer holds at most: the least that every device can allocate is four times as much. */
const BATCH_BYTES = 64 << 20;

/**
 * Values of many float tensors, each as a new array of its own. On a GPU they are copied into one buffer and mapped
 * together: one submit and one wait for up to 64 MB, where reading one by one would wait for each.
 * @throws DeviceError when the device is gone or a kernel before it failed
 */
export async function readMany(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  if (tf.getBackend() !== 'webgpu') {
    const values: Float32Array[] = [];
    for (const tensor of tensors) values.push(Float32Array.from(await readValues(tensor)));
    return values;
  }
  const values: Float32Array[] = [];
  for (let at = 0; at < tensors.length;) {
    let bytes = tensors[at].size * 4;
    let end = at + 1;
    while (end < tensors.length && bytes + tensors[end].size * 4 <= BATCH_BYTES) bytes += tensors[end++].size * 4;
    values.push(...(await readBatch(tensors.slice(at, end), bytes)));
    at = end;
  }
  return values;
}

async function readBatch(tensors: readonly Tensor[], bytes: number): Promise<Float32Array[]> {
  const backend = tf.backend() as unknown as WebGPUInternals;
  await settleCompiles();
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = backend.device.createBuffer({ label: 'readMany', size: bytes, usage });
  try {
    for (const tensor of tensors) backend.uploadToGPU(tensor.dataId);
    let at = 0;
    for (const { dataId, size } of tensors) {
      copyBytes(backend, bindingOf(backend.tensorMap.get(dataId)), { buffer: staging, offset: at }, size * 4);
      at += size * 4;
    }
    backend.submitQueue();
    counters.readbacks++;
    await staging.mapAsync(GPUMapMode.READ);
    const all = staging.getMappedRange().slice(0);
    await settleCompiles();
    let from = 0;
    return tensors.map(({ size }) => new Float32Array(all.slice(from * 4, (from += size) * 4)));
  } finally {
    staging.destroy();
  }
}
