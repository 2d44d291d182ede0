/** One side of the speed test in a worker of its own: the page stays free, and a side can be ended at any time. */
import { installGpuProbe } from '../bench/gpuProbe';
import { SideHandler } from '../bench/handler';
import { oursSide } from '../bench/oursSide';
import type { SideCommand } from '../bench/protocol';
import { stockSide } from '../bench/stockSide';
import { startEngine } from '../kernels/device';
import type { BenchSideName } from './benchClient';
import { simdUrl, WASM_PATHS } from './wasmPaths';
import { workerThreads } from './workerThreads';

export interface BenchOrder {
  side: BenchSideName;
  engine: 'webgpu' | 'wasm';
  command: SideCommand;
}

const fetchBytes = async (address: string) => new Uint8Array(await (await fetch(address)).arrayBuffer());

async function startSide({ side, engine }: BenchOrder) {
  installGpuProbe();
  const isOurs = side === 'ours';
  const threads = isOurs ? workerThreads(() => fetchBytes(simdUrl)) : undefined;
  const info = await startEngine(engine, { wasmPaths: WASM_PATHS, threads });
  return isOurs ? oursSide(engine, info, fetchBytes) : stockSide(engine, info);
}

let handler: SideHandler | null = null;
self.onmessage = ({ data }: MessageEvent<BenchOrder>) => {
  handler ??= new SideHandler(() => startSide(data));
  void handler.handle(data.command).then((reply) => self.postMessage(reply));
};
