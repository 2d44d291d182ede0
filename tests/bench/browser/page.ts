/** One side of the bench in a page: `?side=ours&engine=webgpu`. The bench asks through `window.askSide`. */
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { installGpuProbe } from '../../../src/bench/gpuProbe';
import { SideHandler } from '../../../src/bench/handler';
import { oursSide } from '../../../src/bench/oursSide';
import type { SideCommand, SideReply } from '../../../src/bench/protocol';
import type { Side } from '../../../src/bench/side';
import { stockSide } from '../../../src/bench/stockSide';
import { startEngine } from '../../../src/kernels/device';
import { workerThreads } from '../../../src/worker/workerThreads';

const WASM_PATHS = {
  'tfjs-backend-wasm.wasm': plainUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  'tfjs-backend-wasm-threaded-simd.wasm': simdUrl,
};

const query = new URLSearchParams(location.search);
const side = query.get('side')!;
const engine = query.get('engine') as 'webgpu' | 'wasm';
const peer = query.get('peer');

const readShipped = async (path: string) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer());

const readSimd = async () => new Uint8Array(await (await fetch(simdUrl)).arrayBuffer());

async function startSide(): Promise<Side> {
  installGpuProbe();
  if (peer !== null) {
    const module = (await import(`../peers/${peer.replace('.mjs', '')}.mjs`)) as {
      startSide(engine: string): Promise<Side>;
    };
    return module.startSide(engine);
  }
  const info = await startEngine(engine, {
    wasmPaths: WASM_PATHS,
    threads: side === 'ours' ? workerThreads(readSimd) : undefined,
  });
  return side === 'tfjs' ? stockSide(engine, info) : oursSide(engine, info, readShipped, side === 'ours');
}

declare global {
  interface Window {
    askSide: (command: SideCommand) => Promise<SideReply>;
  }
}
const handler = new SideHandler(startSide);
window.askSide = (command) => handler.handle(command);
