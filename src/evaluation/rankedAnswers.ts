/** Answers to rank, and the ranks that labelers or the world give them. */
import { utility, type Labeler } from '../data/labelers';
import type { UserPrompt } from '../data/promptTypes';
import { stream } from '../data/random';
import { ranksOf } from '../data/rankings';
import type { Item } from '../pipeline/items';
import type { RankedItems } from '../pipeline/rewardModel';
import type { Run } from '../pipeline/run';
import type { Answers } from './answers';

/** Two or more answers to one prompt. */
export interface AnswerGroup {
  spec: UserPrompt;
  items: Item[];
}

/** Rounds of answers to the same prompts, prompt by prompt. */
export function joinRounds(rounds: readonly Answers[]): AnswerGroup[] {
  const [first] = rounds;
  return (first?.specs ?? []).map((spec, i) => ({ spec, items: rounds.map(({ items }) => items[i]) }));
}

/**
 * Ranks of each group's answers, 0 best, by one member of the team each. Who ranks a prompt, and with what noise, follows
 * from seed, name and prompt. Answers with the same text are shown once and share their rank.
 */
export function judge(run: Run, team: readonly Labeler[], groups: readonly AnswerGroup[], name: string): number[][] {
  const { curriculum, config } = run;
  return groups.map(({ spec, items }, i) => {
    const random = stream(config['run.seed'], `evaluation/ranks/${name}/${i}/${spec.text}`);
    const labeler = random.pick(team);
    const texts = items.map(({ response }) => `${curriculum.decodeAnswer(response)}\n${curriculum.isEnded(response)}`);
    const shown = [...new Set(texts)];
    const grades = shown.map((text) => curriculum.grade(spec, items[texts.indexOf(text)].response));
    const ranks = ranksOf(grades.map((grade) => utility(labeler, grade, random)));
    return texts.map((text) => ranks[shown.indexOf(text)]);
  });
}

/** The order of the true reward: what labelers would say who overlook nothing and have no tastes. Equal rewards tie. */
export function trueRanks({ curriculum }: Run, groups: readonly AnswerGroup[]): number[][] {
  return groups.map(({ spec, items }) => {
    const rewards = items.map(({ response }) => curriculum.grade(spec, response).reward);
    return rewards.map((reward) => rewards.filter((other) => other > reward).length);
  });
}

/** Groups with their ranks as a reward model learns from them. */
export function rankedItems(groups: readonly AnswerGroup[], ranks: readonly number[][]): RankedItems[] {
  return groups.map(({ items }, i) => ({ items, ranks: ranks[i] }));
}
