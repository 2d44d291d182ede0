import type { MetricKey } from '../metrics/metrics';

/** Weight of the newest measurement in the running averages. */
const NEWEST = 0.3;

/**
 * Times the steps of a stage: rate, time left, and the `perf/` metrics. On a GPU a step only queues work, so time is
 * measured from one reading of the device to the next, over all steps between.
 */
export class Stopwatch {
  #begun = 0;
  #measured = 0;
  #waiting = { steps: 0, tokens: 0 };
  #measurements = 0;
  #stepMs = NaN;
  #tokensPerSecond = 0;
  #stepped = 0;
  /** While nothing is trained. */
  #stoppedAt: number | null = null;

  /** @param seconds that the stage has taken already */
  begin(seconds = 0): void {
    this.#stoppedAt = null;
    this.#measured = this.#stepped = performance.now();
    this.#begun = this.#measured - 1000 * seconds;
    this.#waiting = { steps: 0, tokens: 0 };
    this.#measurements = 0;
    this.#stepMs = NaN;
    this.#tokensPerSecond = 0;
  }

  /**
   * Ends a step that put `tokens` through the model.
   * @param isRead whether the device has been read, so that everything queued is done
   */
  lap(tokens: number, isRead: boolean): void {
    this.#waiting = { steps: this.#waiting.steps + 1, tokens: this.#waiting.tokens + tokens };
    if (!isRead) return;
    const now = performance.now();
    const ms = Math.max(now - this.#measured, 0.01);
    this.#measured = now;
    this.#measurements++;
    // The first measurement compiles kernels; it would spoil the average.
    const weight = this.#measurements <= 2 ? 1 : NEWEST;
    const stepMs = ms / this.#waiting.steps;
    const rate = (this.#waiting.tokens * 1000) / ms;
    this.#stepMs = weight === 1 ? stepMs : this.#stepMs + weight * (stepMs - this.#stepMs);
    this.#tokensPerSecond += weight * (rate - this.#tokensPerSecond);
    this.#waiting = { steps: 0, tokens: 0 };
  }

  /** Ends a step, read or not. @returns milliseconds of training since the one before */
  step(): number {
    const now = this.#now;
    const ms = Math.max(now - this.#stepped, 0);
    this.#stepped = now;
    return ms;
  }

  /** What follows is no training, until {@link go}. */
  stop(): void {
    this.#stoppedAt ??= performance.now();
  }

  go(): void {
    if (this.#stoppedAt === null) return;
    const ms = performance.now() - this.#stoppedAt;
    this.#begun += ms;
    this.#measured += ms;
    this.#stepped += ms;
    this.#stoppedAt = null;
  }

  /** Does something that is no training. */
  async without<T>(task: () => Promise<T>): Promise<T> {
    const wasStopped = this.#stoppedAt !== null;
    this.stop();
    try {
      return await task();
    } finally {
      if (!wasStopped) this.go();
    }
  }

  get #now(): number {
    return this.#stoppedAt ?? performance.now();
  }

  /** Of training since the stage began. */
  get seconds(): number {
    return (this.#now - this.#begun) / 1000;
  }

  get tokensPerSecond(): number {
    return this.#tokensPerSecond;
  }

  /** Seconds until `steps` more are done; null until two measurements have been taken. */
  remaining(steps: number): number | null {
    return this.#measurements < 2 ? null : (steps * this.#stepMs) / 1000;
  }

  metrics(bytes: number): Partial<Record<MetricKey, number>> {
    const rates =
      this.#measurements > 0 ? { 'perf/tokens_per_s': this.#tokensPerSecond, 'perf/step_ms': this.#stepMs } : {};
    return { ...rates, 'perf/wall_s': this.seconds, 'perf/gpu_mb': bytes / 1e6 };
  }
}
