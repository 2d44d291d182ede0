import type { Answer, NumberQuestion, Question, Step } from './lessonTypes';
import type { Learning } from './learning.svelte';
import type { Before, Situation } from './situation';

/** Knots of a drawn curve, at equal distances from its first to its last step. */
export const KNOTS = 7;

/** Whether a number that was typed is near enough to the right one. */
export function isRight(part: NumberQuestion['parts'][number], typed: number | undefined, now: Situation): boolean {
  const right = part.value(now);
  return right !== null && typed !== undefined && Math.abs(typed - right) <= part.tolerance + 1e-9;
}

/** Numbers have to be right; a prediction only has to be made. */
export function isAnswered(question: Question, answer: Answer | undefined, now: Situation): boolean {
  if (answer === undefined) return false;
  if (question.kind !== 'number') return true;
  return typeof answer === 'object' && !Array.isArray(answer)
    ? question.parts.every((part) => isRight(part, (answer as Readonly<Record<string, number>>)[part.id], now))
    : false;
}

/** Whether a step is done: its question answered, and its condition true now or once before. */
export function isStepDone(lesson: string, step: Step, learning: Learning, now: Situation, before: Before): boolean {
  const answered = step.question === undefined || isAnswered(step.question, learning.answer(lesson, step.id), now);
  const reached = step.isDone === undefined || learning.hasReached(lesson, step.id) || step.isDone(now, before);
  return answered && reached;
}

/** An answer for those who would rather not give one: what is right, where that is known already. */
export function answerFor(question: Question, now: Situation): Answer {
  switch (question.kind) {
    case 'choice':
      return question.outcome(now) ?? question.options[0];
    case 'number':
      return Object.fromEntries(question.parts.map((part) => [part.id, part.value(now) ?? 0]));
    case 'line':
      return new Array<number>(KNOTS).fill((question.range[0] + question.range[1]) / 2);
    default:
      return question satisfies never;
  }
}
