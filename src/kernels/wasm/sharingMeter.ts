/** Shared calls after which the balance is drawn: about one training step. */
const WINDOW = 64;
/** Calls that the owner then makes alone where sharing cost time, doubled each time it does again. */
const [FIRST_REST, LONGEST_REST] = [512, 16_384];

/**
 * Whether sharing work with other threads saves time. Where other programs want the cores too, a helper is put aside in
 * the middle of a piece and the owner waits for it longer than the piece would have taken: with twenty programs on two cores
 * two threads took three times as long as one. So the owner compares the time of shared calls with what they would have
 * taken it alone, and works alone for a while when it loses. Results are the same either way.
 */
export class SharingMeter {
  #calls = 0;
  #shared = 0;
  #alone = 0;
  #rest = 0;
  #nextRest = FIRST_REST;

  /** Asked before each call that could be shared. */
  shouldShare(): boolean {
    if (this.#rest === 0) return true;
    this.#rest--;
    return false;
  }

  /**
   * @param sharedMs from the beginning of a shared call to its end
   * @param aloneMs  what all its pieces would have taken the owner, by those that it computed
   */
  note(sharedMs: number, aloneMs: number): void {
    this.#shared += sharedMs;
    this.#alone += aloneMs;
    if (++this.#calls < WINDOW) return;
    if (this.#shared > this.#alone) {
      this.#rest = this.#nextRest;
      this.#nextRest = Math.min(LONGEST_REST, 2 * this.#nextRest);
    } else {
      this.#nextRest = FIRST_REST;
    }
    this.#calls = this.#shared = this.#alone = 0;
  }
}
