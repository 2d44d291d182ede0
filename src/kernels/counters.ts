/** What the engine has done so far. Tests and the bench assert budgets on differences of two snapshots. */
export interface EngineCounters {
  /** GPU programs run, ours and TensorFlow.js' own. */
  dispatches: number;
  /** Command buffers handed to the queue. */
  submits: number;
  /** Round trips to the device to read values. */
  readbacks: number;
}

export const counters: EngineCounters = { dispatches: 0, submits: 0, readbacks: 0 };

/** @returns what happened while `work` ran, and its result */
export async function countDuring<T>(work: () => T | Promise<T>): Promise<{ result: T; counted: EngineCounters }> {
  const before = { ...counters };
  const result = await work();
  return {
    result,
    counted: {
      dispatches: counters.dispatches - before.dispatches,
      submits: counters.submits - before.submits,
      readbacks: counters.readbacks - before.readbacks,
    },
  };
}
