/** Where the binaries of TensorFlow.js' wasm backend are served, by the names it asks for. */
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';

export { simdUrl };

export const WASM_PATHS = {
  'tfjs-backend-wasm.wasm': plainUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  // Never loaded, because the threads are ours; the backend refuses a map without this name.
  'tfjs-backend-wasm-threaded-simd.wasm': simdUrl,
};
