import type { MetricKey } from '../metrics/metrics';

/** Weight of the newest step in the running averages. */
const NEWEST = 0.15;

/** Times the steps of a stage: rate, time left, and the `perf/` metrics. */
export class Stopwatch {
  #begun = 0;
  #last = 0;
  #stepMs = NaN;
  #laps = 0;
  #tokensPerSecond = 0;

  begin(): void {
    this.#begun = this.#last = performance.now();
    this.#stepMs = NaN;
    this.#laps = 0;
    this.#tokensPerSecond = 0;
  }

  /** Ends a step that put `tokens` through the model. */
  lap(tokens: number): void {
    const now = performance.now();
    const ms = Math.max(now - this.#last, 0.01);
    this.#last = now;
    this.#laps++;
    // The first step compiles kernels; it would spoil the average.
    const isFresh = this.#laps <= 2;
    this.#stepMs = isFresh ? ms : this.#stepMs + NEWEST * (ms - this.#stepMs);
    const rate = (tokens * 1000) / ms;
    this.#tokensPerSecond = isFresh ? rate : this.#tokensPerSecond + NEWEST * (rate - this.#tokensPerSecond);
  }

  get tokensPerSecond(): number {
    return this.#tokensPerSecond;
  }

  /** Seconds until `steps` more are done; null until two have been timed. */
  remaining(steps: number): number | null {
    return this.#laps < 2 ? null : (steps * this.#stepMs) / 1000;
  }

  metrics(bytes: number): Partial<Record<MetricKey, number>> {
    return {
      'perf/tokens_per_s': this.#tokensPerSecond,
      'perf/step_ms': this.#stepMs,
      'perf/wall_s': (this.#last - this.#begun) / 1000,
      'perf/gpu_mb': bytes / 1e6,
    };
  }
}
