/**
 * Who are we aligning to? Two groups of labelers, each with its own rankings: from one SFT policy, a reward model and a
 * PPO policy for each, then the same prompts to both and everybody's answers before both reward models.
 */
import { ConfigError } from '../config/errors';
import { wordsOf } from '../data/text';
import type { RankingLabel } from '../data/labels';
import { disposeModel, type Gpt } from '../nn/gpt';
import type { Item } from './items';
import { scoreItems } from './rewardModel';
import { runStage, samplingOf, type RewardSources, type Run } from './run';
import { sampleAnswers } from './sampling';

export interface TasteGroup {
  name: string;
  rankings: readonly RankingLabel[];
}

export interface TasteProgress {
  group: string;
  stage: 'rm' | 'ppo' | 'answers';
  step: number;
  totalSteps: number;
}

/** Answers of one policy to the held-out prompts, summed up. */
export interface TastePolicy {
  /** Name of the group; null is the SFT policy that both began with. */
  group: string | null;
  /** To the first prompts, for reading side by side. */
  answers: string[];
  meanWords: number;
  /** Share of answers that came to an end. */
  endedShare: number;
  /** Mean true score, −1 to 1. */
  trueScore: number;
  /** Mean score under the reward model of each group, in the order of the groups. */
  scores: number[];
}

export interface TasteReport {
  groups: { name: string; sources: RewardSources }[];
  prompts: string[];
  /** Held-out prompts behind the means. */
  count: number;
  updates: number;
  policies: TastePolicy[];
}

/** Held-out prompts that the policies answer, and how many of the answers are handed out to be read. */
const PROMPTS = 96;
const SHOWN = 8;

interface Trained {
  group: TasteGroup;
  rewardModel: Gpt;
  policy: Gpt;
  sources: RewardSources;
}

/**
 * Trains and compares the policies of groups. The run itself stays as it is: only its SFT policy is borrowed.
 * @param updates PPO iterations in which each policy learns; the value network's warm-up comes before them
 * @returns with every model it made disposed of, also when it is stopped midway
 * @throws ConfigError when the run has no SFT policy yet, or a group has too few rankings
 */
export async function* compareTasteGroups(
  run: Run,
  groups: readonly TasteGroup[],
  updates: number,
): AsyncGenerator<TasteProgress, TasteReport> {
  const { sft } = run.models;
  if (!sft) throw new ConfigError('compare: there is no SFT policy to begin with; run step 1 or load the shipped one.');
  const trained: Trained[] = [];
  try {
    for (const group of groups) trained.push(yield* trainGroup(run, sft, group, updates));
    const prompts = run.curriculum.testPrompts.slice(0, PROMPTS);
    const report: TasteReport = {
      groups: trained.map(({ group, sources }) => ({ name: group.name, sources })),
      prompts: prompts.slice(0, SHOWN).map(({ spec }) => spec.text),
      count: prompts.length,
      updates,
      policies: [],
    };
    const policies = [{ name: null, model: sft }, ...trained.map((t) => ({ name: t.group.name, model: t.policy }))];
    for (const { name, model } of policies) {
      yield { group: name ?? '', stage: 'answers', step: report.policies.length, totalSteps: policies.length };
      report.policies.push(await describePolicy(run, name, model, trained));
    }
    return report;
  } finally {
    for (const { rewardModel, policy } of trained) [rewardModel, policy].forEach(disposeModel);
  }
}

async function* trainGroup(
  run: Run,
  sft: Gpt,
  group: TasteGroup,
  updates: number,
): AsyncGenerator<TasteProgress, Trained> {
  const own: Run = {
    ...run,
    // While the value network learns alone, no policy changes.
    config: { ...run.config, 'ppo.iterations': run.config['ppo.valueWarmup'] + updates },
    models: { sft },
    sftEpochs: [],
    answers: [],
    training: null,
    saved: null,
    rewardData: null,
    rewardSources: null,
    ppo: null,
    contributions: { rankings: group.rankings, withSimulated: false, demonstrations: [], withExamples: true },
    watch: { isOn: false, isStale: false },
  };
  let isDone = false;
  try {
    for (const stage of ['rm', 'ppo'] as const)
      for await (const { step, totalSteps } of runStage(own, stage))
        yield { group: group.name, stage, step, totalSteps };
    isDone = true;
    return { group, rewardModel: own.models.rewardModel!, policy: own.models.policy!, sources: own.rewardSources! };
  } finally {
    // What is handed on stays, and the SFT policy is the run's.
    const { rewardModel, policy, valueModel, unfinishedRewardModel } = own.models;
    for (const model of [valueModel, unfinishedRewardModel, ...(isDone ? [] : [rewardModel, policy])])
      if (model) disposeModel(model);
  }
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

async function describePolicy(
  run: Run,
  group: string | null,
  model: Gpt,
  trained: readonly Trained[],
): Promise<TastePolicy> {
  const { config, curriculum } = run;
  const prompts = curriculum.testPrompts.slice(0, PROMPTS);
  const tokens = prompts.map((prompt) => prompt.tokens);
  // The same stream for every policy: differences are not luck of the draw.
  const items: Item[] = await sampleAnswers(model, tokens, samplingOf(config, 'taste/answers'));
  const texts = items.map((item) => curriculum.decodeAnswer(item.response));
  const scores: number[] = [];
  for (const { rewardModel } of trained)
    scores.push(mean(await scoreItems(rewardModel, items, config['sampling.responseLength'])));
  return {
    group,
    answers: texts.slice(0, SHOWN),
    meanWords: mean(texts.map((text) => wordsOf(text).length)),
    endedShare: mean(items.map((item) => Number(curriculum.isEnded(item.response)))),
    trueScore: mean(prompts.map(({ spec }, i) => curriculum.grade(spec, items[i].response).reward)),
    scores,
  };
}
