/**
 * A graphics device that computes nothing but keeps account of everything: pipelines, bind groups, submits, and 512 MB of
 * memory, behind which it says what any other says that has none left. Counts and bytes are those of a real one.
 */
import * as tf from '@tensorflow/tfjs';
import { create, globals } from 'webgpu';
import { startEngine } from '../../src/kernels/device';

/** What sampled tokens are read as: no end token, so that every answer has its full length. */
const TOKEN = 5;

let isOffered = false;

function offer(): void {
  if (isOffered) return;
  isOffered = true;
  Object.assign(globalThis, globals);
  const value = { gpu: create(['backend=null']), userAgent: `Node ${process.version}` };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
}

interface Reading {
  tensorMap: { get(id: object): { dtype: string } };
  read(id: object): Promise<ArrayLike<number>>;
}

/** Starts the WebGPU engine on such a device. Numbers read from it are zeros, tokens are 5. */
export async function startIdleGpu(): Promise<void> {
  offer();
  await startEngine('webgpu');
  const backend = tf.backend() as unknown as Reading;
  const { read } = backend;
  backend.read = async (id) => {
    const isToken = backend.tensorMap.get(id).dtype === 'int32';
    const { length } = await read.call(backend, id);
    return isToken ? new Int32Array(length).fill(TOKEN) : new Float32Array(length);
  };
}
