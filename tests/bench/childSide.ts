/** A process with one side in it: `childSide.ts SIDE ENGINE [PEER]`, spoken to over IPC. */
import { create, globals } from 'webgpu';
import { installGpuProbe } from '../../src/bench/gpuProbe';
import { SideHandler } from '../../src/bench/handler';
import { oursSide } from '../../src/bench/oursSide';
import type { BenchEngine, SideCommand } from '../../src/bench/protocol';
import type { Side } from '../../src/bench/side';
import { stockSide } from '../../src/bench/stockSide';
import { readPublic } from '../../src/cli/publicFiles';
import { installNodeGpu } from '../../src/cli/nodeGpu';
import { startEngine } from '../../src/kernels/device';

const [side, engine, peer] = process.argv.slice(2) as [string, BenchEngine, string | undefined];

/** A device that does nothing: what remains is the cost of JavaScript. */
function installNullGpu(): void {
  Object.assign(globalThis, globals);
  const navigator = { gpu: create(['backend=null']), userAgent: `Node ${process.version}` };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

async function startSide(): Promise<Side> {
  if (engine === 'null') installNullGpu();
  if (engine === 'webgpu') await installNodeGpu();
  installGpuProbe();
  if (peer) {
    const module = (await import(peer)) as { startSide(engine: BenchEngine): Promise<Side> };
    return module.startSide(engine);
  }
  const own = engine === 'wasm' || engine === 'cpu' ? engine : 'webgpu';
  const info = await startEngine(own);
  const started = side === 'tfjs' ? stockSide(own, info) : oursSide(own, info, readPublic, side === 'ours');
  return engine === 'null' ? { ...started, yardstick: undefined } : started;
}

const handler = new SideHandler(startSide);
process.on('message', (command) => {
  void handler.handle(command as SideCommand).then((reply) => process.send!(reply));
});
