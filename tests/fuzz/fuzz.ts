/** Runs one parser on many generated inputs and watches it: what it throws, how long it takes, what it holds on to. */
import type { FuzzTarget } from './target';

export interface FuzzLimits {
  /** One input may not take longer. Time of the processor, so that other work on the machine does not count. */
  readonly maxMs: number;
  /** What is still held after collecting garbage may not grow by more while all inputs run. */
  readonly maxBytes: number;
}

export interface FuzzReport {
  readonly name: string;
  readonly runs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly grownBytes: number;
  /** The smallest input that failed, and how; null when all went well. */
  readonly failure: string | null;
}

/** What `docs/reliability.md` promises. */
export const LIMITS: FuzzLimits = { maxMs: 1000, maxBytes: 32 << 20 };
/** Quick runs are about results: they share their process with other tests. */
export const NO_LIMITS: FuzzLimits = { maxMs: Infinity, maxBytes: Infinity };

const LOOK_EVERY = 1000;

/** Heap in use and buffers outside it, once garbage is gone where Node was started with `--expose-gc`. */
function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export async function fuzz(target: FuzzTarget, runs: number, seed: number, limits: FuzzLimits): Promise<FuzzReport> {
  /** Taken at the first input: what it takes to make inputs is no growth. */
  let before: number | null = null;
  const seen = { accepted: 0, refused: 0, slowestMs: 0, grownBytes: 0, runs: 0 };
  const details = await target.run(runs, seed, async (check) => {
    before ??= usedBytes();
    let begun = processorMs();
    const verdict = await check();
    let ms = processorMs() - begun;
    // Slow once may be the collector of garbage: only what is slow again is a finding.
    if (ms > limits.maxMs) {
      begun = processorMs();
      await check();
      ms = processorMs() - begun;
    }
    seen[verdict]++;
    seen.slowestMs = Math.max(seen.slowestMs, ms);
    if (++seen.runs % LOOK_EVERY === 0) seen.grownBytes = Math.max(seen.grownBytes, usedBytes() - before);
    if (ms > limits.maxMs) throw new Error(`took ${ms.toFixed(0)} ms, twice`);
    if (seen.grownBytes > limits.maxBytes) throw new Error(`memory grew by ${seen.grownBytes} bytes`);
  });
  const failure = details.failed
    ? `${String(details.errorInstance)}\nseed ${seed}, input ${JSON.stringify(details.counterexample)?.slice(0, 2000)}`
    : null;
  return { name: target.name, ...seen, failure };
}
