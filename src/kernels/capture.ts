/**
 * What happens on the device while a step is captured. The step runs as it always does; beside that, every pipeline, bind
 * group and copy that goes into a command encoder is written down, ours and those of TensorFlow.js alike, because both
 * record through the same encoder.
 */
import { DeviceError } from '../config/errors';
import type { PlanScope } from './deviceMemory';
import { isCollecting } from './pipelines';
import { bindingOf, bytesOf, copyBytes, flush, type TensorStorage, type WebGPUInternals } from './webgpuBackend';

export type Command =
  | { kind: 'dispatch'; pipeline: GPUComputePipeline; bindGroup: GPUBindGroup; groups: [number, number, number] }
  | { kind: 'copy'; from: GPUBuffer; fromOffset: number; to: GPUBuffer; toOffset: number; bytes: number };

/** Uniforms to be asked for and written anew before every replay. */
export interface LiveUniforms {
  buffer: GPUBuffer;
  /** @returns the bytes, or null when the change asks for another program: the plan no longer fits */
  bytes: () => ArrayBuffer | null;
}

/** A step being captured. */
export interface Capture {
  scope: PlanScope;
  commands: Command[];
  live: LiveUniforms[];
  /** Tensors from outside the step that it binds, such as weights, with the buffers they had. */
  outer: Map<object, GPUBuffer>;
  /** Tensors with a smaller id existed before the step and outlive it. */
  firstId: number;
}

let current: Capture | null = null;

/** The capture under way, if any. */
export function activeCapture(): Capture | null {
  return current;
}

export function setCapture(capture: Capture | null): void {
  current = capture;
}

/** Notes that the step binds a tensor that is not its own. */
export function noteBinding(dataId: object, buffer: GPUBuffer): void {
  if (!current || current.scope.temporaries.has(buffer) || current.scope.pinned.has(buffer)) return;
  current.outer.set(dataId, buffer);
}

/**
 * A constant that a kernel writes to, such as books that start from zeros, needs its first value again at every replay:
 * the step works on a copy, and the copying is part of what is replayed.
 */
export function copyConstantOnWrite(backend: WebGPUInternals, dataId: object): void {
  const data = backend.tensorMap.get(dataId);
  const constant = data.resource;
  if (!current || !constant || !current.scope.pinned.has(constant)) return;
  const copy = backend.bufferManager.acquireBuffer(constant.size, constant.usage);
  copyBytes(backend, { buffer: constant }, { buffer: copy }, constant.size);
  data.resource = copy;
  bindOwnPart(data);
}

/** A temporary may lie in a larger buffer; a program must see no more of it than there is of the tensor. */
function bindOwnPart(data: TensorStorage): void {
  const size = bytesOf(data);
  if (data.resource && !data.range && data.resource.size > size) data.range = { offset: 0, size };
}

/** Writes down what goes into an encoder. */
function record(encoder: GPUCommandEncoder, commands: Command[]): void {
  const begin = encoder.beginComputePass.bind(encoder);
  const copy = encoder.copyBufferToBuffer.bind(encoder) as (...args: unknown[]) => void;
  encoder.beginComputePass = (descriptor) => {
    const pass = begin(descriptor);
    recordPass(pass, commands);
    return pass;
  };
  encoder.copyBufferToBuffer = (
    from: GPUBuffer,
    fromOffset: unknown,
    to: unknown,
    toOffset?: number,
    bytes?: number,
  ) => {
    commands.push({
      kind: 'copy',
      from,
      fromOffset: fromOffset as number,
      to: to as GPUBuffer,
      toOffset: toOffset!,
      bytes: bytes!,
    });
    copy(from, fromOffset, to, toOffset, bytes);
  };
}

function recordPass(pass: GPUComputePassEncoder, commands: Command[]): void {
  const setPipeline = pass.setPipeline.bind(pass);
  const setBindGroup = pass.setBindGroup.bind(pass) as (index: number, group: GPUBindGroup) => void;
  const dispatchWorkgroups = pass.dispatchWorkgroups.bind(pass);
  let pipeline: GPUComputePipeline;
  let bindGroup: GPUBindGroup;
  pass.setPipeline = (next) => {
    pipeline = next;
    setPipeline(next);
  };
  pass.setBindGroup = (index: number, group: GPUBindGroup | null | undefined) => {
    bindGroup = group!;
    setBindGroup(index, group!);
  };
  pass.dispatchWorkgroups = (x, y = 1, z = 1) => {
    commands.push({ kind: 'dispatch', pipeline, bindGroup, groups: [x, y, z] });
    dispatchWorkgroups(x, y, z);
  };
}

/** Teaches a backend to be captured. Outside a capture it behaves as before. */
export function installCapture(backend: WebGPUInternals): void {
  const { uploadToGPU, tensorToBinding, disposeData, device } = backend;
  backend.ensureCommandEncoderReady = () => {
    if (backend.commandEncoder) return;
    backend.commandEncoder = device.createCommandEncoder();
    if (current) record(backend.commandEncoder, current.commands);
  };
  backend.uploadToGPU = (dataId) => {
    // Nothing is computed while pipelines are collected, so nothing needs a place on the device.
    if (isCollecting()) return;
    const isOuter = current && (dataId as { id: number }).id < current.firstId;
    if (isOuter) backend.bufferManager.outsideScope(() => uploadToGPU.call(backend, dataId));
    else uploadToGPU.call(backend, dataId);
    if (current && !isOuter) bindOwnPart(backend.tensorMap.get(dataId));
  };
  backend.tensorToBinding = (tensor) => {
    const data = tensor && backend.tensorMap.get(tensor.dataId);
    if (!tensor || !data?.resource) return tensorToBinding.call(backend, tensor);
    noteBinding(tensor.dataId, data.resource);
    return bindingOf(data);
  };
  backend.disposeData = (dataId, force) => {
    // Commands run in the order they were recorded, so a buffer may serve the next operation at once, while the backend
    // would hold it until they are handed in. What lies in somebody else's buffer may be destroyed and has to wait.
    if (backend.tensorMap.has(dataId) && !backend.tensorMap.get(dataId).external)
      backend.commandQueueOwnedIds.delete(dataId);
    return disposeData.call(backend, dataId, force);
  };
  installReading(backend);
}

/** Reads of part of a buffer, and none while a step is captured. */
function installReading(backend: WebGPUInternals): void {
  const { read, readSync, releaseResource } = backend;
  const check = (dataId: object) => {
    const data = backend.tensorMap.get(dataId);
    if (data.values || !(current || isCollecting())) return data;
    throw new DeviceError(
      `plan: a tensor [${data.shape}] is read while a step is captured, which replays could not do; return it from the step and read it afterwards.`,
    );
  };
  backend.read = async (dataId) => {
    const data = check(dataId);
    if (data.values || !data.range) return read.call(backend, dataId);
    return readRange(backend, data);
  };
  backend.readSync = (dataId) => {
    const data = check(dataId);
    if (data.values || !data.range) return readSync.call(backend, dataId);
    throw new DeviceError(`webgpu: a blocking read of a packed tensor [${data.shape}]; await readValues instead.`);
  };
  backend.releaseResource = (dataId) => {
    const data = backend.tensorMap.has(dataId) ? backend.tensorMap.get(dataId) : null;
    releaseResource.call(backend, dataId);
    data?.released?.();
  };
}

async function readRange(backend: WebGPUInternals, data: TensorStorage): Promise<Float32Array> {
  const { offset, size } = data.range!;
  const staging = backend.bufferManager.acquireBuffer(size, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ);
  copyBytes(backend, { buffer: data.resource!, offset }, { buffer: staging }, size);
  flush(backend);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange().slice(0));
  staging.unmap();
  backend.bufferManager.releaseBuffer(staging);
  return values;
}
