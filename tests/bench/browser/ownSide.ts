/** Our own two sides in a browser. */
import { oursSide } from '../../../src/bench/oursSide';
import type { Side } from '../../../src/bench/side';
import { stockSide } from '../../../src/bench/stockSide';
import { startEngine } from '../../../src/kernels/device';
import { simdUrl, WASM_PATHS } from '../../../src/worker/wasmPaths';
import { workerThreads } from '../../../src/worker/workerThreads';

const fetchBytes = async (address: string) => new Uint8Array(await (await fetch(address)).arrayBuffer());

export async function startOwnSide(side: string, engine: 'webgpu' | 'wasm'): Promise<Side> {
  const threads = side === 'ours' ? workerThreads(() => fetchBytes(simdUrl)) : undefined;
  const info = await startEngine(engine, { wasmPaths: WASM_PATHS, threads });
  const read = (path: string) => fetchBytes(`/${path}`);
  if (side === 'tfjs') return stockSide(engine, info, read);
  return oursSide(engine, info, read, side === 'ours');
}
