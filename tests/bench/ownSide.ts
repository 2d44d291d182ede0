/** Our own two sides in Node: this project's code and stock TensorFlow.js. */
import { oursSide } from '../../src/bench/oursSide';
import type { BenchEngine } from '../../src/bench/protocol';
import type { Side } from '../../src/bench/side';
import { stockSide } from '../../src/bench/stockSide';
import { nodeThreads } from '../../src/cli/nodeThreads';
import { readPublic } from '../../src/cli/publicFiles';
import { startEngine } from '../../src/kernels/device';

export async function startOwnSide(side: string, engine: BenchEngine): Promise<Side> {
  const own = engine === 'wasm' || engine === 'cpu' ? engine : 'webgpu';
  const info = await startEngine(own, { threads: side === 'ours' ? nodeThreads() : undefined });
  const started = side === 'tfjs' ? stockSide(own, info, readPublic) : oursSide(own, info, readPublic, side === 'ours');
  // A device that does nothing multiplies nothing.
  return engine === 'null' ? { ...started, yardstick: undefined } : started;
}
