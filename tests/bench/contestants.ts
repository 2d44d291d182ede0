/** Everybody who can take part, where each can run, and what each needs. */
import type { BenchEngine } from '../../src/bench/protocol';

export interface Entry {
  side: string;
  engine: BenchEngine;
  /** `python` runs outside JavaScript, whatever the comparison runs in. */
  in: readonly ('node' | 'browser' | 'python')[];
  /** File under `tests/bench/peers` that offers `startSide`; none for our own two sides. */
  peer?: string;
}

/**
 * In the order of the table. `ours` is what the page does: it replays captured steps on a GPU, and uses threads on the
 * processor where it may. `ours-eager` encodes each step anew; `ours-1-thread` has none but its own.
 */
export const ENTRIES: readonly Entry[] = [
  { side: 'ours', engine: 'webgpu', in: ['node', 'browser'] },
  { side: 'ours-eager', engine: 'webgpu', in: ['node', 'browser'] },
  { side: 'ours', engine: 'wasm', in: ['node', 'browser'] },
  { side: 'ours-1-thread', engine: 'wasm', in: ['node', 'browser'] },
  { side: 'ours', engine: 'null', in: ['node'] },
  { side: 'ours-eager', engine: 'null', in: ['node'] },
  { side: 'tfjs', engine: 'webgpu', in: ['node', 'browser'] },
  { side: 'tfjs', engine: 'wasm', in: ['node', 'browser'] },
  { side: 'tfjs', engine: 'null', in: ['node'] },
  { side: 'jax-js', engine: 'webgpu', in: ['node', 'browser'], peer: 'jaxSide.mjs' },
  { side: 'jax-js', engine: 'wasm', in: ['node', 'browser'], peer: 'jaxSide.mjs' },
  { side: 'webgpu-llm', engine: 'webgpu', in: ['node', 'browser'], peer: 'webgpuLlmSide.mjs' },
  { side: 'nanogpt', engine: 'webgpu', in: ['node', 'browser'], peer: 'nanogptSide.mjs' },
  { side: 'pytorch', engine: 'eager', in: ['python'], peer: 'torchSide.py' },
  { side: 'pytorch', engine: 'compiled', in: ['python'], peer: 'torchSide.py' },
];

export const SIDES = [...new Set(ENTRIES.map(({ side }) => side))];
