import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { mostThreads, type ThreadHost } from '../kernels/wasm/threadPool';
import type { ThreadStart } from '../kernels/wasm/threadLoop';

const BACKEND = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';

/** Threads of Node for the wasm engine. They never keep the process alive. */
export function nodeThreads(threads = mostThreads(availableParallelism())): ThreadHost {
  return {
    threads,
    readBackend: () => readFile(createRequire(import.meta.url).resolve(BACKEND)),
    startThread,
  };
}

function startThread(start: ThreadStart, onDeath: (cause: string) => void): Promise<{ stop(): void }> {
  const worker = new Worker(new URL('./kernelThread.mjs', import.meta.url), { workerData: start, execArgv: [] });
  worker.unref();
  return new Promise((resolve, reject) => {
    let isStopped = false;
    const died = (cause: string) => {
      reject(new Error(cause));
      if (!isStopped) onDeath(cause);
    };
    worker.once('error', (error) => died(String(error)));
    worker.once('exit', (code) => died(`exit code ${code}`));
    worker.once('message', () =>
      resolve({
        stop: () => {
          isStopped = true;
          void worker.terminate();
        },
      }),
    );
  });
}
