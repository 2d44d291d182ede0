/** The whole state of a {@link Random}: four 32-bit words, ready for JSON. */
export type RandomState = readonly [number, number, number, number];

/** A seed is a number or any text; the two spellings `7` and `'7'` are the same seed. */
export type Seed = number | string;

/** Mixes one 32-bit word so that every input bit reaches every output bit (the MurmurHash3 finaliser). */
function mix32(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * 32-bit hash of a text: FNV-1a over UTF-16 code units, then mixed.
 * @param text any text
 * @param basis changes the hash function, so that several independent words can be drawn from one text
 * @returns unsigned 32-bit integer
 */
export function hashText(text: string, basis = 0): number {
  let h = (0x811c9dc5 ^ mix32(basis)) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
}

/**
 * Fingerprint of a text as 16 hexadecimal digits, for naming what a checkpoint was made with. Not cryptographic.
 * @param text any text
 */
export function fingerprint(text: string): string {
  return [1, 2].map((basis) => hashText(text, basis).toString(16).padStart(8, '0')).join('');
}

/**
 * A seeded stream of random numbers (generator sfc32: 128 bits of state, 32 bits a draw).
 * The same state always gives the same numbers, in Node and in every browser.
 * @source Chris Doty-Humphrey, PractRand, "sfc32".
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(state: RandomState) {
    [this.#a, this.#b, this.#c, this.#counter] = state;
  }

  /** The state to store in a checkpoint; `new Random(state)` continues with the very next number. */
  state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  /** A 32-bit unsigned integer. */
  uint32(): number {
    const drawn = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + drawn) >>> 0;
    return drawn;
  }

  /** A number in [0, 1), a multiple of 2^-32. */
  next(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** An integer in [0, n). The bias against large n is below n / 2^32. */
  int(n: number): number {
    if (!(n >= 1))
      throw new RangeError(`Random.int: n is ${n}; expected at least 1; check that the list is not empty.`);
    return Math.floor(this.next() * n);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One item, each equally likely. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)];
  }

  /** One item, with probability proportional to its weight. */
  weighted<T>(items: readonly T[], weights: readonly number[]): T {
    let rest = this.next() * weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < items.length - 1; i++) {
      rest -= weights[i];
      if (rest < 0) return items[i];
    }
    return items[items.length - 1];
  }

  /** The items in random order; the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy;
  }

  /** `count` different positions of the list, in random order; all of it when `count` is larger. */
  sample<T>(items: readonly T[], count: number): T[] {
    return this.shuffle(items).slice(0, count);
  }

  /** A normally distributed number (Box-Muller; two draws each time, so that no spare value hides in the state). */
  gaussian(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.next());
  }
}

/** Draws after seeding that are thrown away, so that similar seeds have nothing in common. */
const WARM_UP_DRAWS = 16;

/**
 * A named stream of a seed. Streams of different names are independent: drawing more from one
 * (say, evaluating more often) changes no number of another (say, training).
 * @param seed the run's seed
 * @param name what the stream is for, for instance `'pages'`
 */
export function stream(seed: Seed, name: string): Random {
  const text = `${seed}/${name}`;
  const random = new Random([hashText(text, 1), hashText(text, 2), hashText(text, 3), 1]);
  for (let i = 0; i < WARM_UP_DRAWS; i++) random.uint32();
  return random;
}
