import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { DeviceError, outOfMemory } from '../../config/errors';
import { declareShared } from './declareShared';
import { shareClones } from './sharedClones';
import { assignThreads } from './simd';
import { ThreadPool, type ThreadHost } from './threadPool';

/** Parts of the wasm backend that carry its heap (tfjs 4.22; not in its public types). */
interface WasmHeap {
  wasm: { asm: { memory: WebAssembly.Memory }; _malloc(bytes: number): number; _free(address: number): void };
}

const PRIORITY = 2;
const MODULES = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);

shareClones();

let pool: ThreadPool | null = null;

const heap = () => (tf.backend() as unknown as WasmHeap).wasm;
const isShared = (memory: WebAssembly.Memory) =>
  typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;

/**
 * Starts the wasm backend of TensorFlow.js, with its heap in shared memory and threads on it where a host for them is
 * given. Its own threaded build is not used: that one keeps its threads for the few operations of its own.
 * @returns how many threads compute
 * @throws DeviceError when backend or threads do not start
 */
export async function startWasm(host?: ThreadHost): Promise<number> {
  stopThreads();
  if (host && host.threads > 1 && canShareMemory()) return startShared(host);
  await setBackend();
  return 1;
}

/** Ends the threads; the backend keeps its tensors and goes on with one. */
export function stopThreads(): void {
  if (!pool) return;
  pool.stop();
  assignThreads(pool.memory, null);
  pool = null;
}

async function setBackend(): Promise<void> {
  if (!(await tf.setBackend('wasm')))
    throw new DeviceError('wasm: the engine did not start; reload the page or choose another engine.');
  guardHeap();
}

const guarded = new WeakSet<object>();

/** Where the heap cannot grow any more the backend takes no notice, and would write over the beginning of its heap. */
function guardHeap(): void {
  const module = heap();
  if (guarded.has(module)) return;
  guarded.add(module);
  // The module replaces its functions at their first call.
  module._free(module._malloc(1));
  const { _malloc: malloc } = module;
  module._malloc = (bytes) => {
    const address = malloc(bytes);
    if (address !== 0 || bytes === 0) return address;
    const held = Math.round(module.asm.memory.buffer.byteLength / 1e6).toLocaleString('en');
    throw outOfMemory(`the heap of the wasm engine is ${held} MB and cannot grow by ${Math.ceil(bytes / 1e6)} MB`);
  };
}

/** Whether as much address space can be had as the backend's heap may grow to; 32-bit systems have less. */
function canShareMemory(): boolean {
  try {
    return new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true }).buffer.byteLength > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

async function startShared(host: ThreadHost): Promise<number> {
  const factory = tf.findBackendFactory('wasm');
  const isRunning = tf.engine().registry['wasm'] !== undefined;
  if (!isRunning || !isShared((tf.findBackend('wasm') as unknown as WasmHeap).wasm.asm.memory)) {
    if (isRunning) {
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', factory, PRIORITY);
    }
    const bytes = declareShared(await host.readBackend());
    await withFetch(() => Promise.resolve(new Response(bytes)), setBackend);
  } else await setBackend();
  const { asm, _malloc } = heap();
  pool = await ThreadPool.start(asm.memory, _malloc, host);
  assignThreads(asm.memory, pool);
  return pool.threads;
}

/** Has the backend fetch its module through `fetch` while `work` runs: the one way in that it offers. */
async function withFetch(fetch: () => Promise<Response>, work: () => Promise<void>): Promise<void> {
  const { platform } = tf.env();
  const original = platform.fetch;
  setWasmPaths(Object.fromEntries(MODULES.map((name) => [name, name])), true);
  platform.fetch = fetch;
  try {
    await work();
  } finally {
    platform.fetch = original;
  }
}
