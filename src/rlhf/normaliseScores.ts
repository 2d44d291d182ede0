/** A fixed affine map of reward-model scores: normalised = (score − shift) · gain. */
export interface ScoreScale {
  shift: number;
  gain: number;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Shift that makes the demonstrations average 0. @source Ouyang et al. 2022, section 3.5 */
export function demonstrationShift(demonstrationScores: ArrayLike<number>): number {
  return mean(demonstrationScores);
}

/**
 * Pooled standard deviation of scores inside prompts, unbiased: √(Σ (s − mean of its prompt)² / Σ (K − 1)). Spread between
 * prompts is left out, because the ranking loss says nothing about it.
 * @param scores [Σ K], K of a prompt together
 * @param perPrompt K, or the K of each prompt
 */
export function withinPromptDeviation(scores: ArrayLike<number>, perPrompt: number | readonly number[]): number {
  const counts =
    typeof perPrompt === 'number' ? new Array<number>(scores.length / perPrompt).fill(perPrompt) : perPrompt;
  let squares = 0;
  let freedom = 0;
  let start = 0;
  for (const count of counts) {
    const from = start;
    const group = Array.from({ length: count }, (_, i) => scores[from + i]);
    const centre = mean(group);
    for (const score of group) squares += (score - centre) ** 2;
    freedom += count - 1;
    start += count;
  }
  return Math.sqrt(squares / freedom);
}

/**
 * Gain and bias that give scores mean `newMean` and standard deviation `newStd` (biased variance).
 * @source lm-human-preferences rewards.py:77-89
 */
export function gainAndBias(scores: ArrayLike<number>, newMean = 0, newStd = 1): { gain: number; bias: number } {
  const centre = mean(scores);
  const variance = Array.from(scores).reduce((sum, score) => sum + (score - centre) ** 2, 0) / scores.length;
  const gain = newStd / Math.sqrt(variance);
  return { gain, bias: newMean - gain * centre };
}

export function applyScale(scores: ArrayLike<number>, { shift, gain }: ScoreScale): Float32Array {
  return Float32Array.from(scores, (score) => (score - shift) * gain);
}
