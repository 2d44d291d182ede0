import { openBench } from '../../worker/client';
import type { BenchProgress, BenchRun, PageWorkload, RatedRow, Yardsticks } from '../../worker/protocol';

export const WORKLOAD_IDS: readonly PageWorkload[] = ['W1', 'W2', 'W3', 'W4'];
export const BENCH_ENGINES = ['webgpu', 'wasm'] as const;
export type BenchEngineName = (typeof BENCH_ENGINES)[number];

export type TestState = 'idle' | 'running' | 'done' | 'stopped' | 'failed';

/** The speed test of one visit to its screen: what is chosen, what happens, what came out. */
export class SpeedTest {
  workloads = $state.raw<readonly PageWorkload[]>(['W1', 'W3', 'W4']);
  engines = $state.raw<readonly BenchEngineName[]>(['wasm']);
  withStock = $state(true);
  /** What the visitor asked the browser about its adapter; null while it has not answered. */
  gpu = $state.raw<'hardware' | 'software' | 'none' | null>(null);
  state = $state<TestState>('idle');
  rows = $state.raw<readonly RatedRow[]>([]);
  progress = $state.raw<BenchProgress | null>(null);
  yardsticks = $state.raw<Yardsticks>({});
  failure = $state('');
  #run: BenchRun | null = null;

  get canRun(): boolean {
    return this.state !== 'running' && this.workloads.length > 0 && this.engines.length > 0;
  }

  /** Asks for the adapter and ticks what is worth measuring with it. */
  async lookAtDevice(): Promise<void> {
    const adapter = (await navigator.gpu?.requestAdapter().catch(() => null)) ?? null;
    if (adapter === null) {
      this.gpu = 'none';
      return;
    }
    const { isFallbackAdapter, vendor, architecture, description } = adapter.info;
    const words = `${vendor} ${architecture} ${description}`;
    const isSoftware = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(words);
    this.gpu = isSoftware ? 'software' : 'hardware';
    if (!isSoftware) {
      this.engines = BENCH_ENGINES;
      this.workloads = WORKLOAD_IDS;
    }
  }

  toggleWorkload(id: PageWorkload): void {
    this.workloads = WORKLOAD_IDS.filter((each) => this.workloads.includes(each) !== (each === id));
  }

  toggleEngine(engine: BenchEngineName): void {
    this.engines = BENCH_ENGINES.filter((each) => this.engines.includes(each) !== (each === engine));
  }

  async start(): Promise<void> {
    if (!this.canRun) return;
    this.state = 'running';
    this.rows = [];
    this.yardsticks = {};
    this.progress = null;
    try {
      const { BenchRun: Run } = await openBench();
      const sides = this.withStock ? (['ours', 'tfjs'] as const) : (['ours'] as const);
      this.#run = new Run({ workloads: this.workloads, engines: this.engines, sides });
      this.yardsticks = await this.#run.run({
        onProgress: (progress) => (this.progress = progress),
        onRows: (rows) => (this.rows = rows),
      });
      if (this.state === 'running') this.state = 'done';
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      this.state = 'failed';
    } finally {
      this.#run = null;
    }
  }

  stop(): void {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    this.#run?.stop();
  }

  /** What is copied and saved: the rows as the command line writes them, and what they were measured on. */
  json(date: string): string {
    const rows = this.rows.map(({ ratio: _, ...row }) => row);
    const about = {
      date,
      machine: `${navigator.hardwareConcurrency} threads`,
      place: navigator.userAgent,
    };
    return `${JSON.stringify({ ...about, yardsticks: this.yardsticks, rows }, null, 2)}\n`;
  }
}
