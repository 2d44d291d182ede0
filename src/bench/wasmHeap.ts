import * as tf from '@tensorflow/tfjs';

/** Bytes of the wasm backend's heap, which grows and never shrinks; null on other engines. */
export function wasmHeapBytes(): number | null {
  if (tf.getBackend() !== 'wasm') return null;
  return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;
}
