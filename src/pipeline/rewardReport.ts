import { stream } from '../data/random';
import type { Item } from './items';
import { answerCounts, cutByPrompt, rankAnswers } from './labelling';
import { scoreItems, type RankedItems } from './rewardModel';
import { samplingOf, type Run } from './run';
import { sampleAnswers } from './sampling';

/** One answer of a held-out ranking. */
export interface ScoredAnswer {
  text: string;
  /** Lower is better; equal is a tie. */
  rank: number;
  /** Of the reward model, normalised. */
  score: number;
  /** Tokens, the end token counted. */
  length: number;
}

/** What the reward model makes of rankings it has not learned from. */
export interface RewardReport {
  /** `run`: the held-out rankings of this run. `fresh`: made for this check, because the reward model came with the page. */
  source: 'run' | 'fresh';
  rankings: { prompt: string; answers: ScoredAnswer[] }[];
  /** Scores of demonstrations of the same prompts; they should average 0. */
  demonstrations: number[];
}

/** Prompts of a fresh check; enough for an accuracy within about five points. */
const FRESH_PROMPTS = 96;

/** Scores held-out rankings, or fresh ones where the run has none. Needs a reward model and an SFT policy. */
export async function rewardReport(run: Run): Promise<RewardReport> {
  const { config, curriculum, models, rewardData } = run;
  const slots = config['sampling.responseLength'];
  const prompts = curriculum.validationPrompts.slice(0, rewardData ? undefined : FRESH_PROMPTS);
  const rankings = rewardData ? rewardData.validation : await freshRankings(run, prompts.length);
  const scores = await scoreItems(
    models.rewardModel!,
    rankings.flatMap(({ items }) => items),
    slots,
  );
  let at = 0;
  const answer = (item: Item, rank: number): ScoredAnswer => ({
    text: curriculum.decodeAnswer(item.response),
    rank,
    score: scores[at++],
    length: item.response.length,
  });
  return {
    source: rewardData ? 'run' : 'fresh',
    rankings: rankings.map(({ items, ranks }) => ({
      prompt: curriculum.decodeAnswer(items[0].prompt.slice(1)).trimEnd(),
      answers: items.map((item, i) => answer(item, ranks[i])),
    })),
    demonstrations: [...(await scoreItems(models.rewardModel!, curriculum.validationDemonstrations, slots))],
  };
}

async function freshRankings(run: Run, count: number): Promise<RankedItems[]> {
  const { config, curriculum, models } = run;
  const prompts = curriculum.validationPrompts.slice(0, count);
  const counts = answerCounts(config, prompts.length);
  const repeated = prompts.flatMap((prompt, i) => Array.from({ length: counts[i] }, () => prompt.tokens));
  const items = await sampleAnswers(models.sft!, repeated, samplingOf(config, 'rm/check'));
  const random = stream(config['run.seed'], 'rm/check labels');
  return rankAnswers(curriculum, prompts, cutByPrompt(items, counts), random);
}
