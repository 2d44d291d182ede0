/** Answers of the SFT policy in groups: those a reward model learned from, and fresh ones to held-out prompts. */
import { sampleMany } from '../../evaluation/answers';
import { joinRounds, type AnswerGroup } from '../../evaluation/rankedAnswers';
import type { Gpt } from '../../nn/gpt';
import type { PromptItem } from '../../pipeline/curriculum';
import type { RankedItems } from '../../pipeline/rewardModel';
import type { Run } from '../../pipeline/run';

/** Answers of a test group. */
export const TEST_ANSWERS = 4;

/** Fresh answers of a policy to prompts. */
export async function freshGroups(
  run: Run,
  model: Gpt,
  prompts: readonly PromptItem[],
  answers: number,
  name: string,
): Promise<AnswerGroup[]> {
  return joinRounds(await sampleMany(run, { name, model }, prompts, answers, name));
}

/** The answers of stored rankings, with the prompts they belong to. */
export function trainingGroups(run: Run, rankings: readonly RankedItems[]): AnswerGroup[] {
  return rankings.map(({ items }, i) => ({ spec: run.curriculum.rankingPrompts[i].spec, items }));
}
