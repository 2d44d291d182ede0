/** The result of a comparison as rows of numbers, and the arithmetic on them. */
import type { BenchEngine } from './protocol';
import type { Rep } from './side';
import type { WorkloadId } from './workloads';

/**
 * `ok`: measured, and its numbers agree. `differs`: measured, another architecture. `disagrees`: measured, but it computes
 * something else than it should. The others were not measured; `note` says why.
 */
export type RowStatus = 'ok' | 'differs' | 'disagrees' | 'skipped' | 'failed';

/** Names as they stand in the JSON file. */
export interface BenchRow {
  workload: WorkloadId;
  side: string;
  engine: BenchEngine;
  adapter: string;
  status: RowStatus;
  /** Outcome of the check, or why there are no numbers. */
  note: string;
  /** Wall clock of one unit of work; null where nothing was measured. */
  ms_median: number | null;
  ms_p90: number | null;
  /** Repetitions behind them. */
  reps: number;
  dispatches: number | null;
  submits: number | null;
  readbacks: number | null;
  bytes_peak: number | null;
  encode_ms: number | null;
  gflops: number | null;
  /** Of the bare matrix product's rate on the same engine in the same run. */
  share: number | null;
}

/** The value below which the share `quantile` of the numbers lies; between two of them in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

type Measured = Pick<
  BenchRow,
  | 'ms_median'
  | 'ms_p90'
  | 'reps'
  | 'dispatches'
  | 'submits'
  | 'readbacks'
  | 'bytes_peak'
  | 'encode_ms'
  | 'gflops'
  | 'share'
>;

export const UNMEASURED: Measured = {
  ms_median: null,
  ms_p90: null,
  reps: 0,
  dispatches: null,
  submits: null,
  readbacks: null,
  bytes_peak: null,
  encode_ms: null,
  gflops: null,
  share: null,
};

/**
 * @param flops of one unit of work, null where nobody knows
 * @param yardstick GFLOP/s of the bare product, null without one
 */
export function summarise(
  reps: readonly Rep[],
  flops: number | null,
  yardstick: number | null,
  hasGpuCounts: boolean,
): Measured {
  if (reps.length === 0) return UNMEASURED;
  const ms = quantile(
    reps.map((rep) => rep.ms),
    0.5,
  );
  const middle = (pick: (rep: Rep) => number) => quantile(reps.map(pick), 0.5);
  const gflops = flops === null ? null : flops / ms / 1e6;
  const peaks = reps.flatMap(({ bytesPeak }) => (bytesPeak === null ? [] : [bytesPeak]));
  return {
    ms_median: ms,
    ms_p90: quantile(
      reps.map((rep) => rep.ms),
      0.9,
    ),
    reps: reps.length,
    dispatches: hasGpuCounts ? middle((rep) => rep.dispatches) : null,
    submits: hasGpuCounts ? middle((rep) => rep.submits) : null,
    readbacks: hasGpuCounts ? middle((rep) => rep.readbacks) : null,
    bytes_peak: peaks.length > 0 ? Math.max(...peaks) : null,
    encode_ms: middle((rep) => rep.encodeMs),
    gflops,
    share: gflops === null || yardstick === null ? null : gflops / yardstick,
  };
}

/** Engines that do the same kind of work, so that their times can be divided by each other. */
function family(engine: BenchEngine): string {
  switch (engine) {
    case 'eager':
    case 'compiled':
    case 'wasm':
    case 'cpu':
      return 'processor';
    case 'webgpu':
    case 'null':
      return engine;
    default: {
      const unknown: never = engine;
      return unknown;
    }
  }
}

/**
 * How many times longer a row takes than the best of our own rows on the same kind of engine: above 1 we are faster. Native
 * code on the processor is held against our wasm engine.
 * @returns null where either was not measured, or there is nothing to divide by
 */
export function ratioToOurs(row: BenchRow, rows: readonly BenchRow[]): number | null {
  if (row.ms_median === null) return null;
  const own = rows.flatMap((other) =>
    other.side === 'ours' &&
    other.workload === row.workload &&
    other.ms_median !== null &&
    family(other.engine) === family(row.engine)
      ? [other.ms_median]
      : [],
  );
  return own.length === 0 ? null : row.ms_median / Math.min(...own);
}
