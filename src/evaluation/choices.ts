import type { Gpt } from '../nn/gpt';
import { sequenceLogprobs } from '../pipeline/likelihood';
import type { Run } from '../pipeline/run';

/** A beginning and its possible continuations, in plain page form. */
export interface Choices {
  /** May be empty: then the continuations are whole texts. */
  prefix: string;
  /** Each begins with what separates it from the prefix. */
  choices: readonly string[];
}

/** Summed log-likelihood of every continuation, in nats; rows in the order of the questions. */
export async function choiceLogprobs(
  { curriculum, looking }: Run,
  model: Gpt,
  questions: readonly Choices[],
): Promise<number[][]> {
  const items = questions.flatMap(({ prefix, choices }) => {
    const prompt = curriculum.encodeText(prefix);
    return choices.map((choice) => ({ prompt, response: curriculum.encodeAnswer(choice, false) }));
  });
  const slots = items.reduce((most, { response }) => Math.max(most, response.length), 1);
  const logprobs = await sequenceLogprobs(model, items, slots, 1, looking);
  let at = 0;
  return questions.map(({ choices }) => logprobs.slice(at, (at += choices.length)));
}

/** Index of the largest number, the first of equal ones. */
export function likeliest(logprobs: readonly number[]): number {
  return logprobs.reduce((best, value, i) => (value > logprobs[best] ? i : best), 0);
}
