/**
 * User-based prompts: labelers wrote tasks for the uses that people on the waiting list had named. Here the list is
 * made up, and a prompt begins with the application it is for.
 * @source arXiv:2203.02155, section 3.2
 */
import type { Family, PromptSpec } from './promptTypes';
import type { Random } from './random';

/** A made-up application and the families it needs. */
export interface Application {
  readonly opening: string;
  readonly families: readonly Family[];
}

export const APPLICATIONS: readonly Application[] = [
  { opening: 'For a zoo:', families: ['describe', 'fact', 'falsePremise', 'list', 'kind'] },
  { opening: 'For my shop:', families: ['review', 'describe', 'list', 'polite'] },
  { opening: 'For a school:', families: ['closed', 'count', 'next', 'opposite', 'past', 'fact', 'list'] },
  { opening: 'For a bedtime app:', families: ['story', 'poem'] },
  { opening: 'For a card:', families: ['letter', 'poem'] },
  { opening: 'For the news:', families: ['summary', 'extract', 'story'] },
  { opening: 'For a food page:', families: ['review', 'sentiment'] },
];

/** Whether some application needs the family. */
export function hasApplication(family: Family): boolean {
  return APPLICATIONS.some(({ families }) => families.includes(family));
}

/** The prompt as a task for one of the applications that need its family. */
export function forApplication(prompt: PromptSpec, random: Random): PromptSpec {
  const fitting = APPLICATIONS.filter(({ families }) => families.includes(prompt.task.family));
  return { ...prompt, text: `${random.pick(fitting).opening} ${prompt.text}`, source: 'userBased' };
}
