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

export type StoryConstraint =
  | { readonly kind: 'sentences'; readonly count: 1 | 2 }
  | { readonly kind: 'without'; readonly word: string }
  | { readonly kind: 'both' }
  | { readonly kind: 'happyEnding' };

export type LetterTheme = 'thank you' | 'birthday' | 'sorry';

/** Families whose answers are compared with reference answers. */
export type ReferenceFamily =
  'past' | 'polite' | 'swap' | 'summary' | 'sentiment' | 'kind' | 'count' | 'next' | 'opposite' | 'closed' | 'extract';

/** What a prompt asks for, in the form the grader reads. */
export type Task =
  | { readonly family: 'story'; readonly topics: readonly string[]; readonly constraint: StoryConstraint | null }
  | { readonly family: 'describe'; readonly topic: string; readonly count: 1 | 2 | null }
  | { readonly family: 'poem'; readonly topic: string }
  | {
      readonly family: 'letter';
      readonly topic: string;
      readonly theme: LetterTheme | null;
      readonly from: string | null;
    }
  | { readonly family: 'review'; readonly topic: string; readonly isGood: boolean }
  | { readonly family: 'fact'; readonly topic: string; readonly attribute: string }
  | { readonly family: 'falsePremise'; readonly topic: string; readonly attribute: string; readonly value: string }
  | { readonly family: 'list'; readonly category: string; readonly count: number }
  | { readonly family: 'feeling'; readonly feeling: string }
  | { readonly family: 'hello'; readonly topic: string }
  | { readonly family: 'bait' }
  | { readonly family: 'thanks' }
  | { readonly family: ReferenceFamily; readonly references: readonly string[] };

export type Family = Task['family'];

/** One prompt. Plain data: it survives JSON and `postMessage` unchanged. */
export interface PromptSpec {
  readonly useCase: UseCase;
  /** The instruction, without the newline that separates it from the answer. */
  readonly text: string;
  /** True when the prompt states a condition that the grader checks (`Grade.constraint` says whether it was kept). */
  readonly isConstrained: boolean;
  readonly task: Task;
}

/** A prompt with the invented user who wrote it; splits never share a user. */
export interface UserPrompt extends PromptSpec {
  readonly user: number;
}

/** One answer to a prompt. */
export interface Answer {
  /** Text without the end token. */
  readonly text: string;
  /** True when the end token came before the length limit. */
  readonly isEnded: boolean;
}
