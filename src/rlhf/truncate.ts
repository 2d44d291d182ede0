export interface Truncated {
  /** [B, R] answers with the pad id after their end */
  responses: Int32Array;
  /** [B] 1 where the answer ended by itself */
  hasEos: Int32Array;
  /** [B] real tokens, the end token counted */
  lengths: Int32Array;
}

/**
 * Cuts answers after their first end token; the end token stays and counts.
 * @param responses [B, R]
 * @source lm-human-preferences lm_tasks.py:39-50
 */
export function truncateResponses(responses: ArrayLike<number>, slots: number, eos: number, pad: number): Truncated {
  const rows = responses.length / slots;
  const result: Truncated = {
    responses: Int32Array.from(responses),
    hasEos: new Int32Array(rows),
    lengths: new Int32Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    let end = 0;
    while (end < slots && responses[row * slots + end] !== eos) end++;
    result.hasEos[row] = end < slots ? 1 : 0;
    result.lengths[row] = Math.min(end + 1, slots);
    result.responses.fill(pad, row * slots + result.lengths[row], (row + 1) * slots);
  }
  return result;
}

/**
 * Mask of the real slots, 1 where t < length, [B, R].
 * @param extra slots after the end that count as well: 1 keeps the state that follows the end token, as TRL's value mask does
 */
export function responseMask(lengths: ArrayLike<number>, slots: number, extra = 0): Float32Array {
  const mask = new Float32Array(lengths.length * slots);
  for (let row = 0; row < lengths.length; row++) {
    mask.fill(1, row * slots, row * slots + Math.min(lengths[row] + extra, slots));
  }
  return mask;
}
