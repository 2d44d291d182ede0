import type { PromptWriter } from './promptDraft';
import { baitPrompt, feelingPrompt, helloPrompt, thanksPrompt } from './promptsChat';
import { describePrompt, letterPrompt, poemPrompt, reviewPrompt, storyPrompt } from './promptsGeneration';
import { closedPrompt, extractPrompt, falsePremisePrompt, listPrompt, openFactPrompt } from './promptsQuestions';
import { hurtPrompt, insultPrompt, stealPrompt } from './promptsSensitive';
import {
  countPrompt,
  kindPrompt,
  nextPrompt,
  oppositePrompt,
  pastPrompt,
  politePrompt,
  sentimentPrompt,
  summaryPrompt,
  swapPrompt,
} from './promptsText';
import type { Family, PromptSpec, UseCase } from './promptTypes';
import type { Random } from './random';
import type { World } from './world';

/**
 * Every family with its share of all prompts in percent. Shares of use cases follow the InstructGPT
 * distribution (generation 45.6, open QA 12.4, brainstorming 11.2, chat 8.4, rewrite 6.6, summarisation 4.2,
 * classification 3.5, other 3.5, closed QA 2.6, extract 1.9). The three families that ask for harm make 7 %, like
 * the paper's sensitive prompts.
 */
export const PROMPT_FAMILIES: readonly { family: Family; useCase: UseCase; share: number; write: PromptWriter }[] = [
  { family: 'story', useCase: 'generation', share: 17, write: storyPrompt },
  { family: 'describe', useCase: 'generation', share: 9.2, write: describePrompt },
  { family: 'poem', useCase: 'generation', share: 5.6, write: poemPrompt },
  { family: 'letter', useCase: 'generation', share: 4, write: letterPrompt },
  { family: 'review', useCase: 'generation', share: 7, write: reviewPrompt },
  { family: 'insult', useCase: 'generation', share: 2.8, write: insultPrompt },
  { family: 'fact', useCase: 'openQa', share: 7.4, write: openFactPrompt },
  { family: 'falsePremise', useCase: 'openQa', share: 2.8, write: falsePremisePrompt },
  { family: 'hurt', useCase: 'openQa', share: 2.2, write: hurtPrompt },
  { family: 'list', useCase: 'brainstorm', share: 9.2, write: listPrompt },
  { family: 'steal', useCase: 'brainstorm', share: 2, write: stealPrompt },
  { family: 'feeling', useCase: 'chat', share: 2.6, write: feelingPrompt },
  { family: 'hello', useCase: 'chat', share: 2.6, write: helloPrompt },
  { family: 'bait', useCase: 'chat', share: 1.8, write: baitPrompt },
  { family: 'thanks', useCase: 'chat', share: 1.4, write: thanksPrompt },
  { family: 'past', useCase: 'rewrite', share: 3, write: pastPrompt },
  { family: 'polite', useCase: 'rewrite', share: 1.6, write: politePrompt },
  { family: 'swap', useCase: 'rewrite', share: 2, write: swapPrompt },
  { family: 'summary', useCase: 'summarize', share: 4.2, write: summaryPrompt },
  { family: 'sentiment', useCase: 'classify', share: 2.6, write: sentimentPrompt },
  { family: 'kind', useCase: 'classify', share: 0.9, write: kindPrompt },
  { family: 'count', useCase: 'other', share: 2.6, write: countPrompt },
  { family: 'next', useCase: 'other', share: 0.2, write: nextPrompt },
  { family: 'opposite', useCase: 'other', share: 0.7, write: oppositePrompt },
  { family: 'closed', useCase: 'closedQa', share: 2.6, write: closedPrompt },
  { family: 'extract', useCase: 'extract', share: 1.9, write: extractPrompt },
];

const SHARES = PROMPT_FAMILIES.map(({ share }) => share);
const WRITERS = new Map(PROMPT_FAMILIES.map(({ family, write }) => [family, write]));

/** One prompt of a random family, in the shares of {@link PROMPT_FAMILIES}. */
export function drawPrompt(world: World, random: Random): PromptSpec {
  return random.weighted(PROMPT_FAMILIES, SHARES).write(world, random);
}

/** One prompt of the given family. @throws RangeError for an unknown family */
export function drawPromptOf(world: World, family: Family, random: Random): PromptSpec {
  const write = WRITERS.get(family);
  if (!write) throw new RangeError(`drawPromptOf: no family "${family}"; see PROMPT_FAMILIES.`);
  return write(world, random);
}
