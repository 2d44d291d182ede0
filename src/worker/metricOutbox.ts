import type { MetricKey } from '../metrics/metrics';
import type { MetricsRow } from '../pipeline/report';
import type { Stage, WorkerEvent } from './protocol';

const INTERVAL_MS = 100;

/** Collects chart points and sends them at most ten times a second, as transferred typed arrays, by rising step. */
export class MetricOutbox {
  #stage: Stage | null = null;
  #rows = new Map<number, MetricsRow['metrics']>();
  #sentAt = 0;

  constructor(readonly post: (event: WorkerEvent, transfer?: Transferable[]) => void) {}

  add(stage: Stage, rows: readonly MetricsRow[]): void {
    if (stage !== this.#stage) this.flush();
    this.#stage = stage;
    for (const { step, metrics } of rows) this.#rows.set(step, { ...this.#rows.get(step), ...metrics });
    if (performance.now() - this.#sentAt >= INTERVAL_MS) this.flush();
  }

  flush(): void {
    if (!this.#stage || this.#rows.size === 0) return;
    // Losses are read from the device every few steps, times are known at once: rows of earlier steps may come later.
    const rows = [...this.#rows].sort(([a], [b]) => a - b);
    const steps = Float64Array.from(rows, ([step]) => step);
    const keys = [...new Set(rows.flatMap(([, metrics]) => Object.keys(metrics) as MetricKey[]))];
    const values = Float64Array.from(rows.flatMap(([, metrics]) => keys.map((key) => metrics[key] ?? NaN)));
    this.post({ type: 'metrics', stage: this.#stage, keys, steps, values }, [steps.buffer, values.buffer]);
    this.#rows.clear();
    this.#sentAt = performance.now();
  }
}
