import { Random, type RandomState } from '../data/random';

/** Where a {@link Passes} stands, ready for JSON. */
export interface PassesState {
  /** Of the generator, before it shuffled the present pass. */
  random: RandomState;
  /** Indices of the present pass already handed out. */
  taken: number;
}

/**
 * Indices of a list in random order: every one once, then again in another order. The order follows from the state of the
 * generator before the pass, so a checkpoint holds five numbers however long the list is.
 */
export class Passes {
  readonly #random: Random;
  readonly #count: number;
  #before: RandomState;
  #order: number[] = [];
  #taken = 0;

  /** @param saved continues where another one of the same length stood; `random` is not used then */
  constructor(count: number, random: Random, saved?: PassesState) {
    if (saved && saved.taken > count)
      throw new RangeError(`passes: ${saved.taken} of ${count} items were taken; expected at most all of them.`);
    this.#count = count;
    this.#random = saved ? new Random(saved.random) : random;
    this.#before = this.#random.state();
    if (saved && saved.taken > 0) this.#begin();
    this.#taken = saved?.taken ?? 0;
  }

  #begin(): void {
    if (this.#count === 0) throw new RangeError('passes: the list is empty; expected at least one item.');
    this.#before = this.#random.state();
    this.#order = this.#random.shuffle(Array.from({ length: this.#count }, (_, i) => i));
    this.#taken = 0;
  }

  /** The next `rows` indices; goes on in another pass where one ends. */
  take(rows: number): number[] {
    return Array.from({ length: rows }, () => {
      if (this.#taken === this.#order.length) this.#begin();
      return this.#order[this.#taken++];
    });
  }

  /** The next `rows` indices of one pass; what is left of a pass and too few is dropped. */
  batch(rows: number): number[] {
    if (this.#taken + rows > this.#order.length) this.#begin();
    return this.take(rows);
  }

  state(): PassesState {
    return this.#taken === this.#order.length
      ? { random: this.#random.state(), taken: 0 }
      : { random: this.#before, taken: this.#taken };
  }
}
