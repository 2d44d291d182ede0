/** Words between the one who runs a comparison and a side of it, which sits in a process, a page or a worker of its own. */
import type { Rep } from './side';
import type { WorkloadId } from './workloads';

/** Engine of a side, and its form where it has several. `null` is a WebGPU device that does nothing. */
export type BenchEngine = 'webgpu' | 'wasm' | 'cpu' | 'null' | 'eager' | 'compiled';

export type SideCommand =
  | { type: 'start' }
  | { type: 'prepare'; workload: WorkloadId }
  | { type: 'rep'; units: number; isGreedy: boolean }
  | { type: 'drop' };

export type SideReply =
  | { type: 'started'; adapter: string; isSoftware: boolean; differs?: string; yardstick: number | null }
  | { type: 'prepared' }
  | { type: 'rep'; rep: Rep }
  | { type: 'dropped' }
  /** The side has no such workload. */
  | { type: 'skipped'; reason: string }
  | { type: 'failed'; reason: string };

/** One side at the far end of a wire. */
export interface Contestant {
  /** Who: "ours", "tfjs", "jax-js". */
  side: string;
  engine: BenchEngine;
  /** @returns a failure as a reply, never as a rejection */
  ask(command: SideCommand): Promise<SideReply>;
  close(): Promise<void> | void;
}
