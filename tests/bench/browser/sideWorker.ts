/** One side of the bench in a worker, where threads may be waited for; its name is the query of the page that opened it. */
import { installGpuProbe } from '../../../src/bench/gpuProbe';
import { SideHandler } from '../../../src/bench/handler';
import type { SideCommand } from '../../../src/bench/protocol';
import type { Side } from '../../../src/bench/side';

const query = new URLSearchParams(self.name);
const side = query.get('side')!;
const engine = query.get('engine') as 'webgpu' | 'wasm';
const peer = query.get('peer');

async function startSide(): Promise<Side> {
  installGpuProbe();
  // TensorFlow.js keeps one engine for all its copies in a worker: a peer must not find ours there.
  if (peer !== null) {
    const module = (await import(`../peers/${peer.replace('.mjs', '')}.mjs`)) as {
      startSide(engine: string): Promise<Side>;
    };
    return module.startSide(engine);
  }
  const { startOwnSide } = await import('./ownSide');
  return startOwnSide(side, engine);
}

const handler = new SideHandler(startSide);
self.onmessage = ({ data }: MessageEvent<SideCommand>) =>
  void handler.handle(data).then((reply) => self.postMessage(reply));
