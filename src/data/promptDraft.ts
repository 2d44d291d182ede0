import type { PromptSpec, Task, UseCase } from './promptTypes';
import type { Random } from './random';
import type { World } from './world';

/** Draws one prompt of one family. */
export type PromptWriter = (world: World, random: Random) => PromptSpec;

/** A plain prompt that asks for nothing harmful; `isConstrained` says that it states a condition the grader checks. */
export function draftPrompt(useCase: UseCase, text: string, task: Task, isConstrained = false): PromptSpec {
  return { useCase, text, isConstrained, source: 'plain', isSensitive: false, task };
}
