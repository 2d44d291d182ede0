/** Points of one block on the finest level; every level above has blocks four times as long. */
const BLOCK = 4;
const FACTOR = 4;

/**
 * Lowest and highest values over blocks of points, made once as points arrive, so that a line of any length is drawn with
 * at most two points a pixel and a zoomed range is known without looking at every point.
 * Values that are not finite count as missing.
 */
export class Extremes {
  #lows: Float64Array[] = [];
  #highs: Float64Array[] = [];

  /** Takes over values from `from` on; blocks that end behind `from` are made again. */
  extend(values: Float64Array, from: number, length: number): void {
    let size = BLOCK;
    for (let level = 0; level === 0 || size < length; level++, size *= FACTOR) {
      const blocks = Math.ceil(length / size);
      // A level that the line has only now grown into has no block of the points before.
      const first = this.#lows[level] === undefined ? 0 : Math.floor(from / size);
      this.#reserve(level, blocks);
      for (let block = first; block < blocks; block++) this.#fill(level, block, values, length);
    }
  }

  #reserve(level: number, blocks: number): void {
    const lows = this.#lows[level];
    if (lows !== undefined && lows.length >= blocks) return;
    const grow = (old: Float64Array | undefined) => {
      const larger = new Float64Array(Math.max(64, 2 ** Math.ceil(Math.log2(blocks))));
      if (old !== undefined) larger.set(old);
      return larger;
    };
    this.#lows[level] = grow(lows);
    this.#highs[level] = grow(this.#highs[level]);
  }

  #fill(level: number, block: number, values: Float64Array, length: number): void {
    const [lows, highs] = level === 0 ? [values, values] : [this.#lows[level - 1], this.#highs[level - 1]];
    const inner = level === 0 ? BLOCK : FACTOR;
    const end = Math.min((block + 1) * inner, level === 0 ? length : Math.ceil(length / this.blockSize(level - 1)));
    let low = Infinity;
    let high = -Infinity;
    for (let i = block * inner; i < end; i++) {
      if (Number.isNaN(lows[i]) || (level === 0 && !Number.isFinite(lows[i]))) continue;
      if (lows[i] < low) low = lows[i];
      if (highs[i] > high) high = highs[i];
    }
    // A block without a finite value has low above high, which every reader skips.
    this.#lows[level][block] = low;
    this.#highs[level][block] = high;
  }

  /** Points of a block of a level. */
  blockSize(level: number): number {
    return BLOCK * FACTOR ** level;
  }

  /** The finest level with at most `most` blocks for a number of points; −1 when they need no blocks. */
  levelFor(points: number, most: number): number {
    if (points <= 2 * most) return -1;
    let level = 0;
    while (points / this.blockSize(level) > most && level < this.#lows.length - 1) level++;
    return level;
  }

  low(level: number, block: number): number {
    return this.#lows[level][block];
  }

  high(level: number, block: number): number {
    return this.#highs[level][block];
  }

  /** Lowest and highest value among points [from, to); null when none is finite. */
  range(values: Float64Array, from: number, to: number): [number, number] | null {
    let low = Infinity;
    let high = -Infinity;
    let i = from;
    while (i < to) {
      let level = -1;
      while (
        level + 1 < this.#lows.length &&
        i % this.blockSize(level + 1) === 0 &&
        i + this.blockSize(level + 1) <= to
      )
        level++;
      if (level < 0) {
        if (Number.isFinite(values[i])) [low, high] = [Math.min(low, values[i]), Math.max(high, values[i])];
        i++;
      } else {
        const block = i / this.blockSize(level);
        [low, high] = [Math.min(low, this.#lows[level][block]), Math.max(high, this.#highs[level][block])];
        i += this.blockSize(level);
      }
    }
    return low <= high ? [low, high] : null;
  }
}
