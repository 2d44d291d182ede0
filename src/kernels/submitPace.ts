import { adapterTraits } from './adapter';

/** Commands of one submit at the most. A training step fits into one; a whole rollout is cut. */
const MOST_COMMANDS = 400;
/** As long as nobody knows how long they take. */
const UNTIMED_COMMANDS = 64;
/** Systems reset a card that does not answer for two seconds (Windows), and count what was handed in together. */
const LONGEST_SUBMIT_MS = 500;
/** The first runs are timed, then every so many: timing one costs two promises, and a laptop's clock changes. */
const FIRST_LOOKS = 3;
const LOOK_EVERY = 64;

type WatchedQueue = Pick<GPUQueue, 'onSubmittedWorkDone'>;

/**
 * How many commands of a plan go to the queue together, so that no watchdog objects to them. A plan that was seen to keep
 * the device busy for longer than half a second is cut into submits shorter than that, as far as its commands are
 * alike; where it takes milliseconds nothing is cut. One dispatch cannot be cut here; how long they are, the shapes
 * decide. A GPU simulated by the processor has no watchdog, and nothing is timed there.
 */
export class SubmitPace {
  #runs = 0;
  /** Of the latest looks. A busy thread hears late that work is done, never early, so the shortest of them counts. */
  readonly #looks: number[] = [];

  constructor(readonly now: () => number = () => performance.now()) {}

  /** @returns commands of one submit, for a plan that has `commands` */
  size(commands: number): number {
    return Math.max(1, Math.min(commands, this.#most(commands)));
  }

  /**
   * Call before the first submit of a run, and what it returns after the last.
   * @returns settles once the time of this run is known, if it is a run to be timed
   */
  watch(queue: WatchedQueue): () => Promise<void> {
    const run = this.#runs++;
    if (adapterTraits.isSoftware || !(run < FIRST_LOOKS || run % LOOK_EVERY === 0)) return () => Promise.resolve();
    const begun = this.now();
    // The queue may be busy with what came before; that time is not this run's.
    const free = doneAt(queue, this.now);
    return async () => {
      const [from, to] = await Promise.all([free, doneAt(queue, this.now)]);
      if (from === null || to === null) return;
      this.#looks.push(to - Math.max(begun, from));
      if (this.#looks.length > FIRST_LOOKS) this.#looks.shift();
    };
  }

  #most(commands: number): number {
    if (adapterTraits.isSoftware) return MOST_COMMANDS;
    if (this.#looks.length === 0) return UNTIMED_COMMANDS;
    const submits = Math.max(1, Math.ceil(Math.min(...this.#looks) / LONGEST_SUBMIT_MS));
    return Math.min(MOST_COMMANDS, Math.ceil(commands / submits));
  }
}

/** @returns when the queue had done all it has got so far; null when its device is gone, which is told where work is given to it */
function doneAt(queue: WatchedQueue, now: () => number): Promise<number | null> {
  return queue.onSubmittedWorkDone().then(now, () => null);
}
