import type { TensorInfo } from '@tensorflow/tfjs';
import { DeviceError } from '../config/errors';
import { activeCapture, copyConstantOnWrite, noteBinding } from './capture';
import { counters } from './counters';
import { bindingOf, type WebGPUInternals } from './webgpuBackend';

/** A value of the uniform struct; the struct's WGSL is generated from the same list, so the two cannot drift. */
export interface Uniform {
  name: string;
  type: 'u32' | 'f32';
  value: number;
}
export const u32 = (name: string, value: number): Uniform => ({ name, type: 'u32', value });
export const f32 = (name: string, value: number): Uniform => ({ name, type: 'f32', value });

/** One pass over the GPU: a WGSL body, what is baked into it, and what it reads and writes. */
export interface ProgramCall {
  /** Path of the shader, for messages: "shaders/layerNorm.wgsl". */
  file: string;
  /** WGSL body; it declares its storage bindings and entry point `main`, nothing else is added but the header. */
  source: string;
  /** Emitted as `const NAME = value;` and part of the pipeline key. Use `3` for u32 and booleans for switches. */
  constants?: Record<string, number | boolean>;
  /** Whether the body uses subgroup operations; the adapter must have them. */
  usesSubgroups?: boolean;
  /** Tensors in the order of their `@binding` numbers. */
  bindings: TensorInfo[];
  uniforms?: Uniform[];
  workgroups: [number, number?, number?];
}

interface Pipeline {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
  /** By binding number, whether the shader only reads the tensor. */
  readOnly: boolean[];
}

const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();
/** Compilations whose verdict is still on its way, and the first bad verdict. */
let pendingCompiles: Promise<void>[] = [];
let trouble: DeviceError | null = null;
/** Dispatches recorded before they are handed to the queue: enough to amortise a submit, few enough to keep the GPU fed. */
const DISPATCHES_PER_SUBMIT = 64;

/** Remembers that the device is unusable; every later dispatch and read throws it. */
export function reportTrouble(error: DeviceError): void {
  trouble ??= error;
}

/** Why the device is unusable; null while it is not. */
export function currentTrouble(): DeviceError | null {
  return trouble;
}

export function clearTrouble(): void {
  trouble = null;
  pendingCompiles = [];
}

/** @throws DeviceError what made the device unusable, if anything did */
export function throwTrouble(): void {
  if (trouble) throw trouble;
}

/** Waits for compilations under way. @throws DeviceError naming the shader file and line of the first one that failed. */
export async function settleCompiles(): Promise<void> {
  const waiting = pendingCompiles;
  pendingCompiles = [];
  await Promise.all(waiting);
  if (trouble) throw trouble;
}

function header(call: ProgramCall): string {
  // Directives stand before everything else.
  const lines = call.usesSubgroups ? ['enable subgroups;'] : [];
  for (const [name, value] of Object.entries(call.constants ?? {})) {
    const literal = typeof value === 'boolean' ? String(value) : Number.isInteger(value) ? `${value}u` : `${value}f`;
    lines.push(`const ${name} = ${literal};`);
  }
  if (call.uniforms?.length) {
    const fields = call.uniforms.map((uniform) => `${uniform.name}: ${uniform.type},`).join(' ');
    lines.push(`struct Uniforms { ${fields} }`);
    lines.push(`@group(0) @binding(${call.bindings.length}) var<uniform> uniforms: Uniforms;`);
  }
  return lines.join('\n');
}

/** Storage bindings in the order of their numbers, read from the WGSL so that an unused one keeps its place. */
function storageAccess(source: string): boolean[] {
  const readOnly: boolean[] = [];
  for (const match of source.matchAll(/@binding\((\d+)\)\s*var<storage,\s*(read_write|read)>/g)) {
    readOnly[Number(match[1])] = match[2] === 'read';
  }
  return readOnly;
}

/** Compiles inside an error scope: WGSL that does not compile would otherwise return old buffer contents without a word. */
function compile(device: GPUDevice, call: ProgramCall, head: string): Pipeline {
  const readOnly = storageAccess(call.source);
  if (readOnly.length !== call.bindings.length) {
    throw new DeviceError(
      `${call.file}: declares ${readOnly.length} storage bindings, the call passes ${call.bindings.length} tensors.`,
    );
  }
  device.pushErrorScope('validation');
  const entries: GPUBindGroupLayoutEntry[] = readOnly.map((isReadOnly, binding) => ({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: isReadOnly ? 'read-only-storage' : 'storage' },
  }));
  if (call.uniforms?.length)
    entries.push({ binding: entries.length, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } });
  const layout = device.createBindGroupLayout({ entries });
  const shaderModule = device.createShaderModule({ label: call.file, code: `${head}\n${call.source}` });
  const pipeline = device.createComputePipeline({
    label: call.file,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: shaderModule, entryPoint: 'main' },
  });
  const headLines = head.split('\n').length;
  const verdict = Promise.all([device.popErrorScope(), shaderModule.getCompilationInfo()]).then(([error, info]) => {
    const first = info.messages.find((message) => message.type === 'error');
    if (first) {
      const line = first.lineNum - headLines;
      const place =
        line >= 1 ? `${call.file}:${line}:${first.linePos}` : `${call.file} (generated header line ${first.lineNum})`;
      reportTrouble(new DeviceError(`${place}: ${first.message}`));
    } else if (error) {
      reportTrouble(new DeviceError(`${call.file}: ${error.message}`));
    }
  });
  pendingCompiles.push(verdict);
  return { pipeline, layout, readOnly };
}

function pipelineFor(device: GPUDevice, call: ProgramCall): Pipeline {
  let cache = pipelines.get(device);
  if (!cache) pipelines.set(device, (cache = new Map()));
  const head = header(call);
  const key = `${call.file}\n${head}`;
  let found = cache.get(key);
  if (!found) cache.set(key, (found = compile(device, call, head)));
  return found;
}

function uniformBytes(uniforms: Uniform[]): ArrayBuffer {
  const data = new ArrayBuffer(Math.ceil(uniforms.length / 4) * 16);
  const floats = new Float32Array(data);
  const words = new Uint32Array(data);
  uniforms.forEach((uniform, i) => {
    if (uniform.type === 'f32') floats[i] = uniform.value;
    else words[i] = uniform.value;
  });
  return data;
}

function uniformBuffer(backend: WebGPUInternals, uniforms: Uniform[]): GPUBuffer {
  const data = uniformBytes(uniforms);
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM;
  const buffer = backend.bufferManager.acquireBuffer(data.byteLength, usage);
  backend.device.queue.writeBuffer(buffer, 0, data);
  backend.uniformPendingDisposal.push(buffer);
  return buffer;
}

/** Asks for the uniforms again at every replay; they may change, what is run may not. */
function keepLive(call: ProgramCall, buffer: GPUBuffer, again: () => ProgramCall): void {
  const fixed = (program: ProgramCall) => `${program.file}\n${header(program)}\n${program.workgroups.join()}`;
  const captured = fixed(call);
  activeCapture()?.live.push({
    buffer,
    bytes: () => {
      const next = again();
      return fixed(next) === captured ? uniformBytes(next.uniforms!) : null;
    },
  });
}

/**
 * Records one program on TensorFlow.js' own device and command encoder, so that its order among tfjs ops holds. Unlike
 * tfjs' `runWebGPUProgram` a call may write several tensors, and write into its inputs.
 * @param again the same call with the numbers in force at a later replay; absent where none of them changes
 * @throws DeviceError when an earlier program failed to compile or the device is gone
 */
export function dispatch(backend: WebGPUInternals, call: ProgramCall, again?: () => ProgramCall): void {
  throwTrouble();
  const { device } = backend;
  const { pipeline, layout, readOnly } = pipelineFor(device, call);
  const entries: GPUBindGroupEntry[] = call.bindings.map((tensor, binding) => {
    backend.uploadToGPU(tensor.dataId);
    if (!readOnly[binding]) copyConstantOnWrite(backend, tensor.dataId);
    const data = backend.tensorMap.get(tensor.dataId);
    // A value cached on the host would be stale once a program has written the buffer.
    data.values = null;
    backend.commandQueueOwnedIds.add(tensor.dataId);
    if (!data.resource) throw new DeviceError(`${call.file}: tensor ${binding} has no buffer on the device.`);
    noteBinding(tensor.dataId, data.resource);
    return { binding, resource: bindingOf(data) };
  });
  if (call.uniforms?.length) {
    const buffer = uniformBuffer(backend, call.uniforms);
    if (again) keepLive(call, buffer, again);
    entries.push({ binding: entries.length, resource: { buffer } });
  }
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass();
  const pass = backend.computePassEncoder;
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
  const [x, y = 1, z = 1] = call.workgroups;
  pass.dispatchWorkgroups(x, y, z);
  counters.dispatches++;
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass >= DISPATCHES_PER_SUBMIT) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}

const MAX_GROUPS_PER_DIMENSION = 65535;

/**
 * Workgroups for `threads` threads in one dimension, folded into a second one past the device limit. Shaders recover the
 * thread index as `id.x + id.y * groups.x * WORKGROUP`.
 */
export function linearGroups(threads: number, workgroupSize: number): [number, number] {
  const groups = Math.max(1, Math.ceil(threads / workgroupSize));
  if (groups <= MAX_GROUPS_PER_DIMENSION) return [groups, 1];
  const rows = Math.ceil(groups / MAX_GROUPS_PER_DIMENSION);
  return [Math.ceil(groups / rows), rows];
}
