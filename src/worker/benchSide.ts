/**
 * One side of the speed test, in a worker of its own: the page stays free, and a side can be ended at any time. The script
 * is that of training, so that TensorFlow.js is built and kept for offline use once.
 */
import { installGpuProbe } from '../bench/gpuProbe';
import { SideHandler } from '../bench/handler';
import { oursSide } from '../bench/oursSide';
import type { SideCommand, SideReply } from '../bench/protocol';
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
  return isOurs ? oursSide(engine, info, fetchBytes) : stockSide(engine, info, fetchBytes);
}

let handler: SideHandler | null = null;

/** Does what the speed test asks of this worker; the first order says which side it is. */
export function answer(order: BenchOrder): Promise<SideReply> {
  handler ??= new SideHandler(() => startSide(order));
  return handler.handle(order.command);
}
