import { SIMD_BINARY } from './binary';

/** Functions of the SIMD module. Pointers are byte offsets into the memory it was made with; strides count floats. */
export interface SimdKernels {
  matMul(
    ...args: [
      a: number, b: number, c: number, packed: number, bias: number, residual: number,
      m: number, k: number, n: number,
      aRow: number, aColumn: number, bRow: number, bColumn: number,
    ]
  ): void;
}

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
