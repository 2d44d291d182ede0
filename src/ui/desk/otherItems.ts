import type { Completion, DeskAnswer, DeskItem, RecordedRun, Writer } from '../../worker/protocol';

/** Items for the desk that no worker has drawn: answers that stand on the board, or in the recorded run. */

function answerOf({ text, ended, ids }: Completion, source: Writer): DeskAnswer {
  return { text, ended, source, tokens: [...(ids ?? [])] };
}

/** Each text once, by whoever said it first. */
function different(answers: readonly DeskAnswer[]): DeskAnswer[] {
  return answers.filter((answer, i) => answers.findIndex(({ text }) => text === answer.text) === i);
}

/** What policies answer to one prompt on the board, in random order; null where fewer than two answers differ. */
export function boardItem(prompt: string, answers: readonly { policy: Writer; item: Completion }[]): DeskItem | null {
  const found = different(answers.map(({ policy, item }) => answerOf(item, policy)));
  if (found.length < 2) return null;
  return { prompt, answers: shuffled(found), facts: [] };
}

/**
 * Items of a recorded run: for each of its prompts the different answers it holds, dealt out so that every item has early
 * and late ones. The prompts take turns.
 * @param answers answers of one item; a rest of fewer than two is left over
 */
export function recordedItems({ events }: RecordedRun, answers: number): DeskItem[] {
  const byPrompt = new Map<string, DeskAnswer[]>();
  for (const { event } of events) {
    if (event.type !== 'completions') continue;
    for (const item of event.items)
      byPrompt.set(item.prompt, [...(byPrompt.get(item.prompt) ?? []), answerOf(item, event.policy)]);
  }
  const decks = [...byPrompt].map(([prompt, all]) => deal(prompt, different(all), answers));
  const rounds = Math.max(0, ...decks.map((deck) => deck.length));
  return Array.from({ length: rounds }, (_, round) => decks.flatMap((deck) => deck[round] ?? [])).flat();
}

function deal(prompt: string, all: readonly DeskAnswer[], answers: number): DeskItem[] {
  const hands = Math.floor(all.length / answers) + (all.length % answers >= 2 ? 1 : 0);
  return Array.from({ length: hands }, (_, hand) => ({
    prompt,
    answers: all.filter((_answer, i) => i % hands === hand).slice(0, answers),
    facts: [],
  })).filter((item) => item.answers.length >= 2);
}

/** In random order, so that the place says nothing about who wrote it. */
export function shuffled<T>(items: readonly T[]): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}
