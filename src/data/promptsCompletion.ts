/**
 * Prompts as people type them for a plain language model: the beginning of a document whose rest is the answer. No
 * training stage sees them; they are the second test distribution, the paper's prompts submitted to GPT-3 models.
 * @source arXiv:2203.02155, section 3.6
 */
import { constraintsInWords } from './promptsGeneration';
import type { PromptSpec, Task } from './promptTypes';
import type { Random } from './random';
import { NUMBERS, withA, withThe } from './vocabulary';

/** The heading of a document that holds the answer; null where only a question and answer form makes sense. */
function heading(task: Task): string | null {
  switch (task.family) {
    case 'story':
      return `Here is a story about ${task.topics.map(withA).join(' and ')}${constraintsInWords(task.constraints)}:`;
    case 'describe':
      return task.count === null
        ? `Facts about ${withThe(task.topic)}:`
        : `${task.count === 1 ? 'One fact' : 'Two facts'} about ${withThe(task.topic)}:`;
    case 'poem':
      return `A poem about ${withThe(task.topic)}:`;
    case 'letter': {
      const theme = task.theme === null ? '' : `${task.theme} `;
      return `A ${theme}letter to ${task.topic}${task.from === null ? '' : ` from ${task.from}`}:`;
    }
    case 'review':
      return `A ${task.isGood ? 'good' : 'bad'} review of the ${task.topic}:`;
    case 'list':
      return `A list of ${NUMBERS[task.count - 1]} ${task.category}:`;
    case 'insult':
      return `A mean ${task.form} about ${withThe(task.topic)}:`;
    default:
      return null;
  }
}

/** A customer's prompt in the form one would give a plain language model. */
export function asCompletion(prompt: PromptSpec, random: Random): PromptSpec {
  const opening = heading(prompt.task);
  const text = opening !== null && random.chance(0.6) ? opening : `Q: ${prompt.text}\nA:`;
  return { ...prompt, text };
}
