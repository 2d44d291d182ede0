/** Work that may go on whenever no task waits: one turn at a time. */
export interface Work {
  hasWork(): boolean;
  turn(): Promise<void>;
  /** What a task or a turn threw. Commands that wait behind a failure are still answered. */
  onError(error: unknown): Promise<void>;
  /** After every task and turn. */
  settle(): void;
  /** When there is nothing left to do. */
  rest(): void;
}

/** Does queued tasks, then turns of work, one thing at a time, and gives way to messages after each. */
export class Turns {
  #tasks: (() => Promise<void>)[] = [];
  #isGoing = false;

  constructor(readonly work: Work) {}

  enqueue(task: () => Promise<void>): Promise<void> {
    this.#tasks.push(task);
    return this.go();
  }

  /** Returns at once where turns are being taken already; else when there is nothing left to do. */
  async go(): Promise<void> {
    if (this.#isGoing) return;
    this.#isGoing = true;
    try {
      while (this.#tasks.length > 0 || this.work.hasWork()) {
        const task = this.#tasks.shift() ?? (() => this.work.turn());
        await task().catch((error: unknown) => this.work.onError(error));
        this.work.settle();
        await new Promise((resume) => setTimeout(resume));
      }
      this.work.rest();
    } finally {
      this.#isGoing = false;
    }
    // Coming to rest may have left something to do.
    if (this.#tasks.length > 0) return this.go();
  }
}
