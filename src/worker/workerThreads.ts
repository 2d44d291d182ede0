import { mostThreads, type ThreadHost } from '../kernels/wasm/threadPool';
import type { ThreadStart } from '../kernels/wasm/threadLoop';

/**
 * Workers of the browser as threads of the wasm engine. Only where the page is isolated from other origins: elsewhere
 * browsers share no memory, and the engine computes with the training worker's thread alone.
 * @param readBackend loads the SIMD module of TensorFlow.js' wasm backend
 */
export function workerThreads(readBackend: () => Promise<Uint8Array>): ThreadHost | undefined {
  if (!self.crossOriginIsolated) return undefined;
  return { threads: mostThreads(navigator.hardwareConcurrency), readBackend, startThread };
}

function startThread(start: ThreadStart, onDeath: (cause: string) => void): Promise<{ stop(): void }> {
  const worker = new Worker(new URL('./kernelThread.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    const died = (cause: string) => {
      reject(new Error(cause));
      onDeath(cause);
    };
    worker.onerror = (event) => died(event.message || 'the browser could not load or run it');
    worker.onmessageerror = () => died('the browser could not hand it the shared memory');
    worker.onmessage = () => resolve({ stop: () => worker.terminate() });
    worker.postMessage(start);
  });
}
