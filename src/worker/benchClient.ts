/** The page's handle on the speed test: a worker for each side, taking turns. */
import { compete, type BenchProgress } from '../bench/compete';
import type { Contestant, SideCommand, SideReply } from '../bench/protocol';
import { ratioToOurs, type BenchRow } from '../bench/rows';
import { workload, type WorkloadId } from '../bench/workloads';

export type { BenchProgress, BenchRow };

/** Who can take part on the page: this project's code, and the same model in TensorFlow.js' own operations. */
export type BenchSideName = 'ours' | 'tfjs';

/** What the page can measure; whole PPO iterations are left to the command line. */
export const PAGE_WORKLOADS = ['W1', 'W2', 'W3', 'W4'] as const satisfies readonly WorkloadId[];
export type PageWorkload = (typeof PAGE_WORKLOADS)[number];

export interface BenchWish {
  workloads: readonly PageWorkload[];
  engines: readonly ('webgpu' | 'wasm')[];
  sides: readonly BenchSideName[];
}

/** A row and how many times longer it takes than ours on the same engine. */
export type RatedRow = BenchRow & { ratio: number | null };

export interface BenchEvents {
  onProgress(progress: BenchProgress): void;
  /** Everything so far, whenever something is added. */
  onRows(rows: readonly RatedRow[]): void;
}

/** Why a side that was ended gives no more answers. */
const STOPPED = 'stopped';
const REPETITIONS = 5;
/** Seconds of a side on a workload: a visitor waits for all of them. */
const BUDGET = 20;

/** GFLOP/s of the bare matrix product by engine. */
export type Yardsticks = Readonly<Record<string, number>>;

export class BenchRun {
  readonly #contestants: (Contestant & { end(): void })[];
  #isStopped = false;

  constructor(readonly wish: BenchWish) {
    this.#contestants = wish.sides.flatMap((side) => wish.engines.map((engine) => contestant(side, engine)));
  }

  /** @returns the yardsticks, when all is measured or the test was stopped */
  async run({ onProgress, onRows }: BenchEvents): Promise<Yardsticks> {
    const rows: BenchRow[] = [];
    const onRow = (row: BenchRow) => {
      if (row.note === STOPPED) return;
      rows.push(row);
      onRows(rows.map((each) => ({ ...each, ratio: ratioToOurs(each, rows) })));
    };
    try {
      const isStopped = () => this.#isStopped;
      const options = { reps: REPETITIONS, budget: BUDGET, onProgress, onRow, isStopped };
      const { yardsticks } = await compete(this.#contestants, this.wish.workloads.map(workload), options);
      return Object.fromEntries(yardsticks);
    } finally {
      this.#contestants.forEach((each) => each.end());
    }
  }

  /** Ends all sides at once, in the middle of whatever they do. What they had finished keeps its row. */
  stop(): void {
    this.#isStopped = true;
    this.#contestants.forEach((each) => each.end());
  }
}

function contestant(side: BenchSideName, engine: 'webgpu' | 'wasm'): Contestant & { end(): void } {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let answer: ((reply: SideReply) => void) | null = null;
  let ended: SideReply | null = null;
  const receive = (reply: SideReply) => {
    answer?.(reply);
    answer = null;
  };
  const end = (reason: string) => {
    ended ??= { type: 'failed', reason };
    worker.terminate();
    receive(ended);
  };
  worker.onmessage = ({ data }: MessageEvent<SideReply>) => receive(data);
  worker.onerror = (event) => end(event.message || 'the script did not load');
  return {
    side,
    engine,
    ask(command: SideCommand) {
      if (ended) return Promise.resolve(ended);
      return new Promise((resolve) => {
        answer = resolve;
        worker.postMessage({ side, engine, command });
      });
    },
    close: () => end(STOPPED),
    end: () => end(STOPPED),
  };
}
