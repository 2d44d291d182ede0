import { simdKernels } from './simd';
import { takePieces, threadControl, WORD } from './threadControl';

/** What a helper thread is given when it starts. */
export interface ThreadStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Offset of the control words in the heap. */
  control: number;
  /** From 1. */
  thread: number;
  /** Names of the functions, by the numbers that jobs use. */
  functions: string[];
}

/** Looks at the control word so many times before it sleeps: kernels of a step follow each other within microseconds. */
const LOOKS = 20_000;

/** Body of a helper thread: helps with every job until the thread is stopped from outside. Never returns. */
export function threadLoop({ module, memory, control: offset, thread, functions }: ThreadStart): never {
  const kernels = simdKernels(module, memory);
  const table = functions.map((name) => kernels[name]);
  const control = threadControl(memory, offset);
  const { words } = control;
  for (let seen = 0; ;) {
    const generation = nextJob(words, seen);
    // Entered first, looked again after: either the owner sees this helper inside, or the helper sees the job closed.
    Atomics.add(words, WORD.inside, 1);
    if (Atomics.load(words, WORD.generation) === generation) {
      try {
        takePieces(control, table, thread);
      } catch {
        Atomics.store(words, WORD.failed, 1 + thread);
      }
      seen = generation;
    }
    if (Atomics.sub(words, WORD.inside, 1) === 1) Atomics.notify(words, WORD.inside);
  }
}

/** Waits for an open job other than `seen`. */
function nextJob(words: Int32Array, seen: number): number {
  for (let looks = 0; ; looks++) {
    const generation = Atomics.load(words, WORD.generation);
    if ((generation & 1) === 1 && generation !== seen) return generation;
    if (looks < LOOKS) continue;
    Atomics.wait(words, WORD.generation, generation);
    looks = 0;
  }
}
