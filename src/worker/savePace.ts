/** What is left of the memory of a long step after another one, and of a slow save after another one. */
const STEP_MEMORY = 0.98;
const SAVE_MEMORY = 0.8;

/**
 * When a run is saved, so that a crash at any moment costs at most one interval of training.
 *
 *   at stake = training since the state that is safe on disk was taken
 *   a save begins where at stake reaches interval − (twice what saves take + one step), at half the interval at the earliest
 *   no step begins where at stake + one step > interval, until the save under way has ended
 *
 * So at stake ≤ interval whatever the disk does, as far as the length of a step can be foreseen from those before. A step
 * longer than the interval is at stake whole: nothing can be kept inside one.
 *
 * All times are milliseconds of training as its caller measures them. No clock is read here: the time of day may jump, and
 * a device that slept has not trained.
 */
export class SavePace {
  #trained = 0;
  /** What had been trained when the newest state was taken, and when the newest one that is safe was. */
  #taken = 0;
  #safe = 0;
  /** The longest lately. */
  #stepMs = 0;
  #saveMs: number | null = null;

  constructor(readonly intervalMs: number) {}

  /** @param ms since the step before, without what was no training */
  noteStep(ms: number): void {
    this.#trained += ms;
    // Anything longer than the interval is the same to us, and a device that slept in a step is forgotten sooner.
    this.#stepMs = Math.max(Math.min(ms, this.intervalMs), STEP_MEMORY * this.#stepMs);
  }

  /**
   * A state was taken.
   * @returns the function to call when its save has ended: it is on disk, or the page has been told why it is not
   */
  noteTaken(): (saveMs: number) => void {
    const taken = (this.#taken = this.#trained);
    return (saveMs) => {
      this.#saveMs = Math.max(saveMs, SAVE_MEMORY * (this.#saveMs ?? 0));
      this.#safe = Math.max(this.#safe, taken);
    };
  }

  /** The run stands at a state that is safe already. */
  noteSafe(): void {
    this.#taken = this.#safe = this.#trained;
  }

  /** Training that a crash would cost now. */
  get atStakeMs(): number {
    return this.#trained - this.#safe;
  }

  /** Whether it is time to take a state. */
  get isDue(): boolean {
    const leadMs = this.#saveMs === null ? this.intervalMs : 2 * this.#saveMs + this.#stepMs;
    const sinceTaken = this.#trained - this.#taken;
    return sinceTaken >= this.intervalMs - Math.min(leadMs, this.intervalMs / 2) || (sinceTaken > 0 && this.isSpent);
  }

  /** Whether another step could put more than an interval at stake. With nothing at stake one may always begin. */
  get isSpent(): boolean {
    return this.atStakeMs > 0 && this.atStakeMs + this.#stepMs > this.intervalMs;
  }
}
