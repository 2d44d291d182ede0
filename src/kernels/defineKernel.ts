import * as tf from '@tensorflow/tfjs';
import type { NamedTensorInfoMap, Tensor, TensorInfo } from '@tensorflow/tfjs';
import { counters } from './counters';
import { dispatch, type ProgramCall } from './dispatch';
import { isCollecting, settleCompiles } from './pipelines';
import { hasStepValue, resolveAttrs } from './stepValue';
import { simd, TABLE_FLOATS, type SimdCall } from './wasm/simd';
import { bindingOf, flush, type WebGPUInternals } from './webgpuBackend';

export type HostArray = Float32Array | Float64Array | Int32Array;
export type Shape = number[];
export interface TensorSpec {
  shape: Shape;
  dtype: 'float32' | 'int32';
}

/**
 * One op, three engines. `reference` is the definition: plain loops over typed arrays, run as they are on `cpu` and
 * `wasm` and in double precision by tests. `program` says how WebGPU does it. Names of inputs are fixed in `inputs`;
 * an optional input that is absent has shape `undefined` and array `undefined`.
 */
export interface KernelDefinition<Attrs extends object> {
  /** Registered name, unique among TensorFlow.js kernels: "LayerNorm". */
  name: string;
  inputs: readonly string[];
  /** Shapes and types of the outputs; throws RangeError when inputs do not fit together. */
  outputs(shapes: Shape[], attrs: Attrs): TensorSpec[];
  /** Writes every element of every output. Inputs listed in `mutates` are written in place. */
  reference(inputs: HostArray[], outputs: HostArray[], shapes: Shape[], attrs: Attrs): void;
  /**
   * Passes over the GPU, in order. `outputs` follow `outputs()`. Reads the adapter when it matters. A replay asks again
   * for the uniforms where an attribute is a `StepValue`; such an attribute may reach nothing but uniforms.
   */
  program(inputs: TensorInfo[], outputs: TensorInfo[], attrs: Attrs): ProgramCall[];
  /** Faster way on the wasm engine: byte offsets into the wasm heap instead of arrays. */
  wasm?: {
    /** Sizes it can take; others go through the reference. Default: all. */
    fits?(shapes: Shape[], attrs: Attrs): boolean;
    /** Floats of scratch memory a thread. Default: none. */
    scratch?(shapes: Shape[], attrs: Attrs): number;
    /** What to run, in order; threads share each call. */
    calls(inputs: number[], outputs: number[], shapes: Shape[], attrs: Attrs): SimdCall[];
  };
}

/** Parts of the cpu and wasm backends used to reach values (tfjs 4.22; not in its public types). */
interface CpuInternals {
  data: { get(id: object): { values: HostArray } };
  makeTensorInfo(shape: Shape, dtype: string, values: HostArray): TensorInfo;
}
interface WasmInternals {
  wasm: { HEAPU8: Uint8Array; asm: { memory: WebAssembly.Memory } };
  dataIdMap: { get(id: object): { memoryOffset: number } };
  makeOutput(shape: Shape, dtype: string): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): HostArray;
  disposeData(id: object): boolean;
}

const size = (shape: Shape) => shape.reduce((product, n) => product * n, 1);

/** Registers a kernel for `cpu`, `wasm` and `webgpu`. Call once per kernel, at module level. */
export function defineKernel<Attrs extends object>(kernel: KernelDefinition<Attrs>): void {
  const ordered = (inputs: NamedTensorInfoMap) => kernel.inputs.map((name) => inputs[name] as TensorInfo | undefined);
  // Absent optional inputs stay undefined in place; kernels that have them check.
  const shapesOf = (inputs: (TensorInfo | undefined)[]) => inputs.map((input) => input?.shape) as Shape[];

  tf.registerKernel({
    kernelName: kernel.name,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs: rawAttrs, backend }) => {
      const cpu = backend as unknown as CpuInternals;
      const infos = ordered(inputs);
      const shapes = shapesOf(infos);
      const arrays = infos.map((info) => info && cpu.data.get(info.dataId).values) as HostArray[];
      const attrs = resolveAttrs(rawAttrs as unknown as Attrs);
      const results = kernel.outputs(shapes, attrs).map((spec) => ({
        spec,
        values: spec.dtype === 'int32' ? new Int32Array(size(spec.shape)) : new Float32Array(size(spec.shape)),
      }));
      kernel.reference(
        arrays,
        results.map((result) => result.values),
        shapes,
        attrs,
      );
      return results.map(({ spec, values }) => cpu.makeTensorInfo(spec.shape, spec.dtype, values));
    },
  });

  tf.registerKernel({
    kernelName: kernel.name,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs: rawAttrs, backend }) => {
      const wasm = backend as unknown as WasmInternals;
      const attrs = resolveAttrs(rawAttrs as unknown as Attrs);
      const infos = ordered(inputs);
      const shapes = shapesOf(infos);
      const outputs = kernel.outputs(shapes, attrs).map((spec) => wasm.makeOutput(spec.shape, spec.dtype));
      const offset = (info: TensorInfo) => wasm.dataIdMap.get(info.dataId).memoryOffset;
      if (kernel.wasm && (kernel.wasm.fits?.(shapes, attrs) ?? true)) {
        const engine = simd(wasm.wasm.asm.memory);
        const floats = TABLE_FLOATS + (kernel.wasm.scratch?.(shapes, attrs) ?? 0);
        const scratch = wasm.makeOutput([floats * engine.threads], 'float32');
        const from = infos.map((info) => (info ? offset(info) : 0));
        for (const call of kernel.wasm.calls(from, outputs.map(offset), shapes, attrs))
          engine.run(call, offset(scratch), 4 * floats);
        wasm.disposeData(scratch.dataId);
      } else {
        // Views are taken after every allocation: growing the heap detaches older ones.
        const arrays = infos.map((info) => info && wasm.typedArrayFromHeap(info)) as HostArray[];
        kernel.reference(
          arrays,
          outputs.map((info) => wasm.typedArrayFromHeap(info)),
          shapes,
          attrs,
        );
      }
      return outputs;
    },
  });

  tf.registerKernel({
    kernelName: kernel.name,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs: rawAttrs, backend }) => {
      const webgpu = backend as unknown as WebGPUInternals;
      const live = rawAttrs as unknown as Attrs;
      const attrs = resolveAttrs(live);
      const infos = ordered(inputs);
      const outputs = kernel
        .outputs(shapesOf(infos), attrs)
        .map((spec) => webgpu.makeTensorInfo(spec.shape, spec.dtype));
      const program = (values: Attrs) => kernel.program(infos as TensorInfo[], outputs, values);
      const changes = hasStepValue(live);
      program(attrs).forEach((call, pass) => {
        dispatch(webgpu, call, changes ? () => program(resolveAttrs(live))[pass] : undefined);
      });
      return outputs;
    },
  });
}

/** Runs a registered kernel with autodiff bookkeeping. Absent optional inputs are left out of `inputs`. */
export function runKernel(name: string, inputs: Record<string, Tensor | undefined>, attrs: object = {}): Tensor[] {
  const present: Record<string, Tensor> = {};
  for (const [key, tensor] of Object.entries(inputs)) if (tensor) present[key] = tensor;
  const outputs: Tensor | Tensor[] = tf.engine().runKernel(name, present, attrs as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/**
 * Gradients that one pass computes together, handed out one by one as autodiff asks for them. The pass runs at once: its
 * results then belong to the scope of the whole backward pass, not to that of the first one asked for, and autodiff frees
 * those it adds up. (Kept tensors would leak wherever a parameter is used twice.)
 */
export function sharedGradients<K extends string>(
  make: () => Record<K, Tensor>,
  names: readonly K[],
): Record<K, () => Tensor> {
  const made = make();
  return Object.fromEntries(names.map((name) => [name, () => made[name]])) as Record<K, () => Tensor>;
}

/**
 * Reads a tensor's values. Counted: hot loops read nothing. In a rehearsal, which computes nothing, they are zeros.
 * @throws DeviceError when a kernel before it failed
 */
export async function readValues(tensor: Tensor): Promise<Float32Array | Int32Array> {
  // Sampled tokens are whole numbers and 0 ends an answer, so that ones stand for answers as long as can be.
  if (isCollecting())
    return tensor.dtype === 'int32' ? new Int32Array(tensor.size).fill(1) : new Float32Array(tensor.size);
  counters.readbacks++;
  await settleCompiles();
  const values = await tensor.data();
  // What the queue refused shows only once the work has been handed in and waited for.
  await settleCompiles();
  return values as Float32Array | Int32Array;
}

/** Overwrites a tensor's values in place; every view of it changes too. */
export function writeValues(tensor: Tensor, values: Float32Array): void {
  if (values.length !== tensor.size)
    throw new RangeError(`writeValues: ${values.length} values for a tensor [${tensor.shape}] of ${tensor.size}.`);
  const backend: unknown = tf.backend();
  if (tf.getBackend() === 'cpu') (backend as CpuInternals).data.get(tensor.dataId).values.set(values);
  else if (tf.getBackend() === 'wasm') (backend as WasmInternals).typedArrayFromHeap(tensor).set(values);
  else overwrite(backend as WebGPUInternals, tensor, values);
}

function overwrite(webgpu: WebGPUInternals, tensor: Tensor, values: Float32Array): void {
  webgpu.uploadToGPU(tensor.dataId);
  // What has been recorded so far works on the old values.
  flush(webgpu);
  const data = webgpu.tensorMap.get(tensor.dataId);
  const { buffer, offset = 0 } = bindingOf(data);
  webgpu.queue.writeBuffer(buffer, offset, values as Float32Array<ArrayBuffer>);
  data.values = null;
}
