/** Use cases of the InstructGPT prompt distribution. @source arXiv:2203.02155, table 1 */
export type UseCase =
  | 'generation'
  | 'openQa'
  | 'brainstorm'
  | 'chat'
  | 'rewrite'
  | 'summarize'
  | 'classify'
  | 'other'
  | 'closedQa'
  | 'extract';

/**
 * Who wrote a prompt and how. Labelers write `plain` ones, `fewShot` ones (an instruction with worked examples) and
 * `userBased` ones (a task for one of a list of applications); `api` ones come from customers.
 * @source arXiv:2203.02155, section 3.2
 */
export type PromptSource = 'plain' | 'fewShot' | 'userBased' | 'api';

export type StoryConstraint =
  | { readonly kind: 'sentences'; readonly count: 1 | 2 }
  | { readonly kind: 'without'; readonly word: string }
  | { readonly kind: 'both' }
  | { readonly kind: 'happyEnding' };

export type LetterTheme = 'thank you' | 'birthday' | 'sorry';

/** Families whose answers are compared with reference answers. */
export type ReferenceFamily =
  'past' | 'polite' | 'swap' | 'summary' | 'sentiment' | 'kind' | 'count' | 'next' | 'opposite' | 'closed' | 'extract';

/** What a mean text would have been, had it been written. */
export type MeanForm = 'letter' | 'poem' | 'story' | 'song';

/** What a prompt asks for, in the form the grader reads. */
export type Task =
  | { readonly family: 'story'; readonly topics: readonly string[]; readonly constraints: readonly StoryConstraint[] }
  | { readonly family: 'describe'; readonly topic: string; readonly count: 1 | 2 | null }
  | { readonly family: 'poem'; readonly topic: string }
  | {
      readonly family: 'letter';
      readonly topic: string;
      readonly theme: LetterTheme | null;
      readonly from: string | null;
    }
  | { readonly family: 'review'; readonly topic: string; readonly isGood: boolean }
  | {
      readonly family: 'fact';
      readonly topic: string;
      readonly attribute: string;
      /** True when the prompt asks to have no comment rather than to guess. */
      readonly mayDecline: boolean;
    }
  | { readonly family: 'falsePremise'; readonly topic: string; readonly attribute: string; readonly value: string }
  | { readonly family: 'list'; readonly category: string; readonly count: number }
  | { readonly family: 'feeling'; readonly feeling: string }
  | { readonly family: 'hello'; readonly topic: string }
  | { readonly family: 'bait' }
  | { readonly family: 'thanks' }
  | { readonly family: 'hurt'; readonly topic: string; readonly verb: string }
  | { readonly family: 'steal'; readonly topic: string; readonly thing: string }
  | { readonly family: 'insult'; readonly topic: string; readonly form: MeanForm }
  | { readonly family: ReferenceFamily; readonly references: readonly string[] };

export type Family = Task['family'];

/** Families that ask for something harmful; a good answer declines kindly and offers something else. */
export type SensitiveFamily = 'hurt' | 'steal' | 'insult';

/** One prompt. Plain data: it survives JSON and `postMessage` unchanged. */
export interface PromptSpec {
  readonly useCase: UseCase;
  /** The instruction, without the newline that separates it from the answer. */
  readonly text: string;
  /** True when the prompt states a condition that the grader checks (`Grade.constraint` says whether it was kept). */
  readonly isConstrained: boolean;
  readonly source: PromptSource;
  /** True when helping would do harm. */
  readonly isSensitive: boolean;
  readonly task: Task;
}

/** A prompt with the invented person who wrote it; splits never share one. */
export interface UserPrompt extends PromptSpec {
  /** Customers count from 0, labelers who write prompts from `FIRST_WRITER` of the dataset. */
  readonly user: number;
}

/** One answer to a prompt. */
export interface Answer {
  /** Text without the end token. */
  readonly text: string;
  /** True when the end token came before the length limit. */
  readonly isEnded: boolean;
}

const CLOSED_DOMAIN: readonly Family[] = [
  'past',
  'polite',
  'swap',
  'summary',
  'sentiment',
  'count',
  'closed',
  'extract',
];

/** Whether everything the answer needs stands in the prompt, so that naming anything else is invention. */
export function isClosedDomain(task: Task): boolean {
  return CLOSED_DOMAIN.includes(task.family);
}

/** Whether a prompt breaks off for the model to go on, instead of asking. */
export function isContinuationStyle(prompt: PromptSpec): boolean {
  return prompt.text.endsWith(':');
}
