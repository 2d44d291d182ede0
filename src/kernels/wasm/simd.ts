import { SIMD_BINARY } from './binary';
import { declareShared } from './declareShared';

/** Functions of the SIMD module, see assembly/. */
export type SimdName =
  | 'adamW'
  | 'causalAttention'
  | 'causalAttentionGrad'
  | 'columnSum'
  | 'decodeAttention'
  | 'embeddingGrad'
  | 'gae'
  | 'gelu'
  | 'geluGrad'
  | 'klRewards'
  | 'layerNorm'
  | 'layerNormGrad'
  | 'layerNormGradParams'
  | 'matMul'
  | 'sampleStep'
  | 'sumOfSquares'
  | 'tokenLogprobs'
  | 'tokenLogprobsGrad'
  | 'writeKvCache';

/**
 * One call of a SIMD function over `items` pieces of work. A piece writes what no other piece touches, and its numbers do
 * not depend on what runs beside it: any number of threads gives the same bits.
 */
export interface SimdCall {
  kernel: SimdName;
  /** Byte offsets into the heap, 0 for an absent operand, then sizes; strides count floats. */
  args: readonly (number | boolean)[];
  items: number;
  /** Rough count of arithmetic operations in all: a small call is not worth telling another thread. */
  work: number;
}

/** Every function takes its own arguments, then the offset of scratch memory, then the pieces `from` up to `to`. */
export type SimdKernels = Record<string, (...args: number[]) => void>;

/** Our SIMD kernels in the heap of one wasm backend. */
export interface SimdEngine {
  /** Threads that share the work, the caller's included. */
  readonly threads: number;
  /**
   * @param scratch offset of `scratchBytes` bytes for each of `threads` threads
   * @throws DeviceError when a thread failed
   */
  run(call: SimdCall, scratch: number, scratchBytes: number): void;
}

/** Scratch memory that every function may keep constants in, as in assembly/exp.ts, in floats. */
export const TABLE_FLOATS = 80;

const engines = new WeakMap<WebAssembly.Memory, SimdEngine>();
const modules: { own?: WebAssembly.Module; shared?: WebAssembly.Module } = {};

const simdBytes = () => Uint8Array.from(atob(SIMD_BINARY), (character) => character.charCodeAt(0));

/** @param isShared for a heap in shared memory, which a module has to announce */
export function simdModule(isShared: boolean): WebAssembly.Module {
  if (isShared) return (modules.shared ??= new WebAssembly.Module(declareShared(simdBytes())));
  return (modules.own ??= new WebAssembly.Module(simdBytes()));
}

/** The module on a heap. It brings no memory and no data of its own. */
export function simdKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): SimdKernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as SimdKernels;
}

/**
 * Our SIMD kernels working directly in the heap of TensorFlow.js' wasm backend: nothing is copied. They use the threads
 * that were started for this heap, or only the caller's.
 */
export function simd(memory: WebAssembly.Memory): SimdEngine {
  let engine = engines.get(memory);
  if (!engine) {
    const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
    engines.set(memory, (engine = oneThread(simdKernels(simdModule(isShared), memory))));
  }
  return engine;
}

/** Lets these threads do the work of a heap from now on; null leaves it to the caller's alone. */
export function assignThreads(memory: WebAssembly.Memory, engine: SimdEngine | null): void {
  if (engine) engines.set(memory, engine);
  else engines.delete(memory);
}

function oneThread(kernels: SimdKernels): SimdEngine {
  return {
    threads: 1,
    run: ({ kernel, args, items }, scratch) => kernels[kernel](...args.map(Number), scratch, 0, items),
  };
}
