/** A process with one side in it: `childSide.ts SIDE ENGINE [PEER]`, spoken to over IPC. */
import { create, globals } from 'webgpu';
import { installGpuProbe } from '../../src/bench/gpuProbe';
import { SideHandler } from '../../src/bench/handler';
import type { BenchEngine, SideCommand } from '../../src/bench/protocol';
import type { Side } from '../../src/bench/side';

const [side, engine, peer] = process.argv.slice(2) as [string, BenchEngine, string | undefined];

/** @param options of Dawn; `backend=null` is a device that does nothing, which leaves the cost of JavaScript */
function offerGpu(options: string[]): void {
  Object.assign(globalThis, globals);
  const navigator = { gpu: create(options), userAgent: `Node ${process.version}` };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

async function startSide(): Promise<Side> {
  if (engine === 'null') offerGpu(['backend=null']);
  if (engine === 'webgpu') offerGpu([]);
  installGpuProbe();
  // TensorFlow.js keeps one engine for all its copies in a process: a peer must not find ours there.
  if (peer) {
    const module = (await import(peer)) as { startSide(engine: BenchEngine): Promise<Side> };
    return module.startSide(engine);
  }
  const { startOwnSide } = await import('./ownSide');
  return startOwnSide(side, engine);
}

const handler = new SideHandler(startSide);
process.on('message', (command) => {
  void handler.handle(command as SideCommand).then((reply) => process.send!(reply));
});
