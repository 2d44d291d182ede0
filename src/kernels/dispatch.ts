import type { TensorInfo } from '@tensorflow/tfjs';
import { DeviceError } from '../config/errors';
import { activeCapture, copyConstantOnWrite, noteBinding } from './capture';
import { counters } from './counters';
import { compileAhead, pipelineFor, throwTrouble } from './pipelines';
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

/** Dispatches recorded before they are handed to the queue: enough to amortise a submit, few enough to keep the GPU fed. */
const DISPATCHES_PER_SUBMIT = 64;

/** Constants and the uniform struct of a call as WGSL; with the file they decide which pipeline it takes. */
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
  const source = { file: call.file, head: header(call), body: call.source, tensors: call.bindings.length };
  if (compileAhead(device, source)) return;
  const { pipeline, layout, readOnly } = pipelineFor(device, source);
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
