import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { DeviceMemory } from './deviceMemory';
import { isCollecting } from './pipelines';

/** What the backend knows of one tensor. */
export interface TensorStorage {
  resource: GPUBuffer | null;
  /** Values on the host: not uploaded yet, or read back and still valid. */
  values: ArrayBufferView | null;
  shape: number[];
  dtype: string;
  /** The backend does not give the buffer back; somebody else owns it. */
  external?: boolean;
  /** Part of the buffer that belongs to this tensor, in bytes; all of it where there is none. */
  range?: { offset: number; size: number };
  /** Called once when the tensor lets go of its bytes. */
  released?: () => void;
}

/** The parts of TensorFlow.js' WebGPU backend that we lean on (4.22; not in its public types). */
export interface WebGPUInternals {
  device: GPUDevice;
  queue: GPUQueue;
  tensorMap: { get(id: object): TensorStorage; has(id: object): boolean };
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  commandQueueOwnedIds: WeakSet<object>;
  uniformPendingDisposal: GPUBuffer[];
  bufferManager: DeviceMemory;
  uploadToGPU(dataId: object): void;
  tensorToBinding(tensor?: TensorInfo): GPUBindingResource | null;
  releaseResource(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
  read(dataId: object): Promise<ArrayBufferView>;
  readSync(dataId: object): ArrayBufferView;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeTensorInfo(shape: number[], dtype: string): TensorInfo;
  runWebGPUProgram(...args: unknown[]): TensorInfo;
  pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
}

export const STORAGE_USAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** Bytes of a tensor on the device: four a number, and never none. */
export const bytesOf = ({ shape }: { shape: number[] }) => 4 * Math.max(1, tf.util.sizeFromShape(shape));

/** The bytes of a tensor on the device as a binding. */
export function bindingOf({ resource, range }: TensorStorage): GPUBufferBinding {
  return range ? { buffer: resource!, ...range } : { buffer: resource! };
}

/** Hands everything recorded so far to the queue. */
export function flush(backend: WebGPUInternals): void {
  if (!backend.commandEncoder) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** Records a copy of device bytes behind what has been recorded so far. No dispatch; left out like one in a rehearsal. */
export function copyBytes(
  backend: WebGPUInternals,
  from: { buffer: GPUBuffer; offset?: number },
  to: { buffer: GPUBuffer; offset?: number },
  bytes: number,
): void {
  if (isCollecting()) return;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder!.copyBufferToBuffer(from.buffer, from.offset ?? 0, to.buffer, to.offset ?? 0, bytes);
}
