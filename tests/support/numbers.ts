/** Repeatable numbers for tests: a linear congruential sequence mapped to roughly normal values. */
export function normals(n: number, seed = 1, scale = 1): Float32Array {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  return Float32Array.from({ length: n }, () => (next() + next() + next() + next() - 2) * 1.7 * scale);
}

/** Repeatable whole numbers in [0, limit). */
export function integers(n: number, limit: number, seed = 1): Int32Array {
  let state = (seed * 2654435761) >>> 0;
  return Int32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  });
}
