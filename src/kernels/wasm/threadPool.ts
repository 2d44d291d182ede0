import { DeviceError } from '../../config/errors';
import { SharingMeter } from './sharingMeter';
import { simdKernels, simdModule, type SimdCall, type SimdEngine } from './simd';
import { CONTROL_BYTES, takePieces, threadControl, WORD, type ThreadControl } from './threadControl';
import type { ThreadStart } from './threadLoop';

/** How a platform makes threads: workers of the browser, or those of Node. */
export interface ThreadHost {
  /** Threads to compute with, the caller's included. */
  threads: number;
  /** The SIMD module of TensorFlow.js' wasm backend, as it ships. */
  readBackend(): Promise<Uint8Array>;
  /**
   * Starts a thread that runs `threadLoop(start)`; resolves once it does.
   * @param onDeath called with the cause when the thread ends although nobody stopped it
   */
  startThread(start: ThreadStart, onDeath: (cause: string) => void): Promise<{ stop(): void }>;
}

/** More than this many share the work of small models badly, and the page wants a core as well. */
const MOST_THREADS = 4;

/** @param cores that this machine says it has */
export function mostThreads(cores: number): number {
  return cores >= 1 ? Math.min(MOST_THREADS, Math.floor(cores)) : 1;
}

/** Operations below which the owner is quicker alone: some 20 microseconds of work. */
const WORTH_SHARING = 2e5;
/** Pieces of work per thread: enough that one that is slowed down does not hold up the others. */
const SHARES = 4;
const LOOKS = 2_000;
/** A piece takes milliseconds at most; a thread that is silent for so long is gone. */
const PATIENCE_MS = 30_000;

/** Threads that compute SIMD kernels together in one shared heap. The caller must be allowed to block. */
export class ThreadPool implements SimdEngine {
  readonly threads: number;
  readonly #control: ThreadControl;
  readonly #table: ((...args: number[]) => void)[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #meter = new SharingMeter();
  readonly #helpers: { stop(): void }[] = [];
  #trouble: string | null = null;

  private constructor(
    readonly memory: WebAssembly.Memory,
    control: number,
    threads: number,
    functions: string[],
  ) {
    const kernels = simdKernels(simdModule(true), memory);
    this.threads = threads;
    this.#control = threadControl(memory, control);
    this.#table = functions.map((name) => kernels[name]);
    this.#numbers = new Map(functions.map((name, number) => [name, number]));
  }

  /**
   * @param malloc of the heap: the words that the threads agree by are part of it and stay there
   * @throws DeviceError when a thread does not start
   */
  static async start(
    memory: WebAssembly.Memory,
    malloc: (bytes: number) => number,
    host: ThreadHost,
  ): Promise<ThreadPool> {
    const control = malloc(CONTROL_BYTES) >>> 0;
    new Uint8Array(memory.buffer, control, CONTROL_BYTES).fill(0);
    const module = simdModule(true);
    const functions = WebAssembly.Module.exports(module)
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name);
    const pool = new ThreadPool(memory, control, host.threads, functions);
    const starts = Array.from({ length: host.threads - 1 }, (_, i) =>
      host.startThread({ module, memory, control, thread: i + 1, functions }, (cause) => {
        pool.#trouble ??= `thread ${i + 1} ended: ${cause}`;
      }),
    );
    for (const outcome of await Promise.allSettled(starts)) {
      if (outcome.status === 'fulfilled') pool.#helpers.push(outcome.value);
      else pool.#trouble ??= `a thread did not start: ${String(outcome.reason)}`;
    }
    if (pool.#trouble) {
      pool.stop();
      throw pool.#error(pool.#trouble);
    }
    return pool;
  }

  run({ kernel, args, items, work }: SimdCall, scratch: number, scratchBytes: number): void {
    if (this.#trouble) throw this.#error(this.#trouble);
    const number = this.#numbers.get(kernel)!;
    if (items < 2 || work < WORTH_SHARING || !this.#meter.shouldShare()) {
      this.#table[number](...args.map(Number), scratch, 0, items);
      return;
    }
    const { words } = this.#control;
    args.forEach((value, i) => (this.#control.args[i] = Number(value)));
    words[WORD.kernel] = number;
    words[WORD.argCount] = args.length;
    words[WORD.items] = items;
    words[WORD.stride] = Math.ceil(items / (this.threads * SHARES));
    words[WORD.scratch] = scratch;
    words[WORD.scratchBytes] = scratchBytes;
    const begun = performance.now();
    Atomics.store(words, WORD.next, 0);
    Atomics.add(words, WORD.generation, 1); // opens the job
    Atomics.notify(words, WORD.generation);
    const aloneMs = this.#takeOwnPieces(items, begun);
    if (aloneMs !== null) this.#meter.note(performance.now() - begun, aloneMs);
    const failed = Atomics.exchange(words, WORD.failed, 0);
    if (failed) throw this.#error((this.#trouble = `thread ${failed - 1} failed in ${kernel}`));
  }

  /** @returns what all pieces would have taken the owner; null where helpers left it none to judge by */
  #takeOwnPieces(items: number, begun: number): number | null {
    const { words } = this.#control;
    try {
      const own = takePieces(this.#control, this.#table, 0);
      return own === 0 ? null : ((performance.now() - begun) * items) / own;
    } finally {
      Atomics.add(words, WORD.generation, 1); // closes the job
      this.#waitUntilAlone(words);
    }
  }

  #waitUntilAlone(words: Int32Array): void {
    for (let looks = 0; looks < LOOKS; looks++) if (Atomics.load(words, WORD.inside) === 0) return;
    const limit = performance.now() + PATIENCE_MS;
    for (;;) {
      const inside = Atomics.load(words, WORD.inside);
      if (inside === 0) return;
      if (performance.now() > limit)
        throw this.#error((this.#trouble = `${inside} threads have not answered for ${PATIENCE_MS / 1000} s`));
      Atomics.wait(words, WORD.inside, inside, 1000);
    }
  }

  #error(what: string): DeviceError {
    return new DeviceError(
      `wasm: ${what}; expected all ${this.threads} threads to work. Reload to continue from the last save.`,
    );
  }

  /** Ends the threads. The heap stays usable with one. */
  stop(): void {
    for (const helper of this.#helpers.splice(0)) helper.stop();
  }
}
