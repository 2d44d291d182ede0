/**
 * Work that may be wanted later, begun a little at a time: where the device is simulated on the processor, compiling ahead
 * and the step that somebody waits for share the same cores.
 */
export class PatientQueue {
  readonly #waiting = new Map<Promise<void>, () => void>();
  #underWay = 0;
  #isHeld = false;

  /** @param atOnce pieces of work under way at a time, those that are urged apart */
  constructor(readonly atOnce: number) {}

  /** @returns when the work has been done, as a name for it */
  add(work: () => Promise<void>): Promise<void> {
    let begin!: () => void;
    const job = new Promise<void>((resolve, reject) => {
      begin = () => void work().then(resolve, reject);
    });
    this.#waiting.set(job, begin);
    this.#goOn();
    return job;
  }

  /** Begins it now, if it is waiting here. */
  urge(job: Promise<void>): void {
    const begin = this.#waiting.get(job);
    if (!begin) return;
    this.#waiting.delete(job);
    this.#underWay++;
    const end = () => {
      this.#underWay--;
      this.#goOn();
    };
    void job.then(end, end);
    begin();
  }

  /** From now on only what is urged begins. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#goOn();
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.#waiting.clear();
  }

  #goOn(): void {
    while (!this.#isHeld && this.#underWay < this.atOnce) {
      const next = this.#waiting.keys().next();
      if (next.done) return;
      this.urge(next.value);
    }
  }
}
