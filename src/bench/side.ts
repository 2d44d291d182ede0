/** What a side of the comparison has to offer; our own, stock TensorFlow.js and the peers all come in this form. */
import type { Task } from './task';

/** A workload ready to run on a side, warm or not. */
export interface Bout {
  /** Does one unit of work; the device may still be busy when it returns. */
  work(): void | Promise<void>;
  /**
   * Waits for the device and reads what the sides are compared by: the newest loss of a training workload, the sampled
   * tokens, the advantages, the numbers of an iteration of PPO. Empty where nothing is compared.
   */
  result(): Promise<ArrayLike<number>>;
  /**
   * Does what is compared from now on, or what is timed: samples the most likely tokens, or draws; learns from the answers
   * that all sides have, or from its own. For workloads that sample.
   */
  setGreedy?(isGreedy: boolean): void;
  dispose(): void;
}

export interface SideInfo {
  /** What computes, in words. */
  adapter: string;
  isSoftware: boolean;
  /** Why the curves of this side cannot be compared: another architecture. */
  differs?: string;
}

export interface Side {
  info: SideInfo;
  /** @throws SkippedError for a workload this side does not have */
  prepare(task: Task): Promise<Bout>;
  /** GFLOP/s of a bare tiled matrix product on the same device; null where the side has no such yardstick. */
  yardstick?(): Promise<number | null>;
  /** Bytes of the engine's heap, where it has one. */
  heapBytes?(): number | null;
}

/** A side has no such workload. Becomes a row that says why. */
export class SkippedError extends Error {
  override readonly name = 'SkippedError';
}

/** One repetition, as measured where it ran. */
export interface Rep {
  /** Units of work in it. */
  units: number;
  /** Wall clock a unit, waiting for the device included. */
  ms: number;
  /** Until the last command was handed in, a unit. */
  encodeMs: number;
  /** Of one unit. */
  dispatches: number;
  submits: number;
  readbacks: number;
  /** Most bytes alive on the device so far, or of the heap; null where nobody counts. */
  bytesPeak: number | null;
  /** What `result` gave. */
  values: number[];
}
