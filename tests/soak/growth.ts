/** How much a series of measurements grows. */

/** One look at the memory of a process that trains, between two steps. */
export interface MemorySample {
  readonly seconds: number;
  /** Runs finished before. */
  readonly cycle: number;
  readonly stage: string;
  readonly tensors: number;
  /** Held by tensors on the engine. */
  readonly engineBytes: number;
  /** JavaScript heap after collecting garbage. */
  readonly heapBytes: number;
  /** Buffers outside the heap. */
  readonly bufferBytes: number;
}

export interface Growth {
  readonly perHour: number;
  /** Along the fitted line, from the first sample to the last. */
  readonly total: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Least-squares line through values over seconds.
 * @throws RangeError for fewer than three samples, through which any line fits
 */
export function growthOf(seconds: readonly number[], values: readonly number[]): Growth {
  const n = seconds.length;
  if (n < 3 || n !== values.length)
    throw new RangeError(
      `growth: ${n} times and ${values.length} values; expected at least 3 of each; run for longer.`,
    );
  const meanTime = seconds.reduce((sum, value) => sum + value, 0) / n;
  const meanValue = values.reduce((sum, value) => sum + value, 0) / n;
  let together = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    together += (seconds[i] - meanTime) * (values[i] - meanValue);
    spread += (seconds[i] - meanTime) ** 2;
  }
  const slope = spread === 0 ? 0 : together / spread;
  return { perHour: slope * 3600, total: slope * (seconds[n - 1] - seconds[0]), first: values[0], last: values[n - 1] };
}

/** What counts as flat. Tensors and their bytes must be equal at the end of every run; JavaScript may breathe. */
export const TOLERANCE = {
  /** Of the first part, in which code is compiled and caches fill, nothing is asked. */
  warmUpShare: 0.25,
  heapBytesPerHour: 24 << 20,
  bufferBytesPerHour: 24 << 20,
} as const;

/** What grew more than it may, in words; empty when memory is flat. */
export function findGrowth(samples: readonly MemorySample[]): string[] {
  const problems: string[] = [];
  // The last policy of an earlier run is kept to be compared with, so the first run alone has none.
  const ends = samples.filter(({ stage, cycle }) => stage === 'end' && cycle >= 1);
  for (const key of ['tensors', 'engineBytes'] as const) {
    const different = ends.find((sample) => sample[key] !== ends[0][key]);
    if (different)
      problems.push(
        `${key}: ${different[key]} after run ${different.cycle}, ${ends[0][key]} after run ${ends[0].cycle}`,
      );
  }
  const kept = samples.slice(Math.floor(samples.length * TOLERANCE.warmUpShare));
  const seconds = kept.map((sample) => sample.seconds);
  for (const key of ['heapBytes', 'bufferBytes'] as const) {
    const { perHour } = growthOf(
      seconds,
      kept.map((sample) => sample[key]),
    );
    if (perHour > TOLERANCE[`${key}PerHour`])
      problems.push(
        `${key}: grows by ${(perHour / 2 ** 20).toFixed(1)} MiB an hour, may by ${TOLERANCE[`${key}PerHour`] >> 20}`,
      );
  }
  return problems;
}
