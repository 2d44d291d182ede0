import type { Gpt } from '../nn/gpt';
import type { Curriculum } from '../pipeline/curriculum';

/** A worked example in front of a prompt. */
export interface Shot {
  prompt: string;
  answer: string;
}

/** A model and how it is asked. Every measure takes one of these, or the answers it gave. */
export interface Policy {
  name: string;
  /** Borrowed; whoever made the model disposes it. */
  model: Gpt;
  /**
   * Worked examples in the form of question-and-answer pages, "Q: …\nA: …"; the answer is then cut at its first newline.
   * Without them the model gets the prompt as fine-tuned models know it: the instruction and a newline.
   */
  shots?: readonly Shot[];
  /** Of sampling; 1 by default, 0 takes the likeliest token. */
  temperature?: number;
  /** Samples this many answers and keeps the one that the run's reward model likes best. */
  bestOf?: number;
}

const CUE = '\nA:';

/** One question-and-answer block without its answer. A prompt that was typed as one stays as it is. */
function ask(prompt: string): string {
  return prompt.startsWith('Q: ') && prompt.endsWith(CUE) ? prompt : `Q: ${prompt}${CUE}`;
}

/** The text a few-shot policy continues: worked examples, then the question. */
export function fewShotText(shots: readonly Shot[], prompt: string): string {
  return [...shots.map((shot) => `${ask(shot.prompt)} ${shot.answer}`), ask(prompt)].join('\n');
}

/**
 * Tokens of a few-shot prompt. Examples that do not fit are left out whole, the first ones first: half an example would
 * teach half a form.
 * @param limit most tokens of a prompt
 */
export function fewShotTokens(curriculum: Curriculum, shots: readonly Shot[], prompt: string, limit: number): number[] {
  for (let skipped = 0; skipped < shots.length; skipped++) {
    const tokens = curriculum.encodeText(fewShotText(shots.slice(skipped), prompt));
    if (tokens.length <= limit) return tokens;
  }
  return curriculum.encodeText(fewShotText([], prompt));
}
