import { SIMD_BINARY } from './binary';

/**
 * Functions of the SIMD module, see assembly/. Arguments are byte offsets into the memory it was made with, then sizes;
 * strides count floats. An absent operand is 0.
 */
export type SimdKernels = Record<
  'matMul' | 'gelu' | 'geluGrad' | 'tokenLogprobs' | 'tokenLogprobsGrad' | 'causalAttention' | 'causalAttentionGrad',
  (...args: (number | boolean)[]) => void
>;

const instances = new WeakMap<WebAssembly.Memory, SimdKernels>();
let compiled: WebAssembly.Module | null = null;

/**
 * Our SIMD kernels working directly in the heap of TensorFlow.js' wasm backend: they have no memory of their own, so
 * nothing is copied.
 */
export function simd(memory: WebAssembly.Memory): SimdKernels {
  let kernels = instances.get(memory);
  if (!kernels) {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(SIMD_BINARY), (character) => character.charCodeAt(0)));
    kernels = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as SimdKernels;
    instances.set(memory, kernels);
  }
  return kernels;
}
