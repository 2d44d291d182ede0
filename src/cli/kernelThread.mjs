/** A thread of the wasm engine in Node. Plain JavaScript, because a new thread of Node has to learn TypeScript first. */
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { threadLoop } = await import('../kernels/wasm/threadLoop.ts');
parentPort.postMessage('ready');
threadLoop(workerData);
