/**
 * What the threads of the wasm engine tell each other, in a few words of the heap they share. The owner, which runs the
 * training, opens a job; every thread, the owner too, takes pieces of it by adding to one counter until none are left. A
 * helper that comes late finds nothing to do, so nobody ever waits for a thread to wake up. The owner only waits until
 * those inside have left, before it reuses the words.
 */
export interface ThreadControl {
  words: Int32Array;
  args: Float64Array;
}

/** Words that different threads write lie in different cache lines. */
export const WORD = {
  /** Odd while a job is open; grows by one at every opening and closing. */
  generation: 0,
  /** Helpers that may be reading the job. */
  inside: 16,
  /** First piece nobody has taken. */
  next: 32,
  /** 1 + number of a helper whose piece failed. */
  failed: 48,
  kernel: 64,
  argCount: 65,
  items: 66,
  /** Pieces taken at a time. */
  stride: 67,
  scratch: 68,
  scratchBytes: 69,
} as const;

const WORDS = 80;
const MOST_ARGS = 48;
export const CONTROL_BYTES = 4 * WORDS + 8 * MOST_ARGS;

/** @param offset a multiple of 8 */
export function threadControl(memory: WebAssembly.Memory, offset: number): ThreadControl {
  return {
    words: new Int32Array(memory.buffer, offset, WORDS),
    args: new Float64Array(memory.buffer, offset + 4 * WORDS, MOST_ARGS),
  };
}

/**
 * Computes pieces of the open job until none are left.
 * @param thread 0 for the owner: which scratch memory is its own
 * @returns how many pieces it computed
 */
export function takePieces(
  { words, args }: ThreadControl,
  functions: readonly ((...args: number[]) => void)[],
  thread: number,
): number {
  const run = functions[words[WORD.kernel]];
  const [items, stride] = [words[WORD.items], words[WORD.stride]];
  const own = Array.from(args.subarray(0, words[WORD.argCount]));
  const scratch = (words[WORD.scratch] >>> 0) + thread * words[WORD.scratchBytes];
  for (let done = 0; ;) {
    const from = Atomics.add(words, WORD.next, stride);
    if (from >= items) return done;
    const to = Math.min(from + stride, items);
    run(...own, scratch, from, to);
    done += to - from;
  }
}
