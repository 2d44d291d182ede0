/** The stage of the reward model: answers to rank, their rankings, training, and the SFT checkpoint that it likes best. */
import type { Config } from '../config/config';
import { ConfigError } from '../config/errors';
import { stream } from '../data/random';
import { copyModel } from '../nn/gpt';
import {
  countPairs,
  FEWEST_RANKINGS,
  rankedItems,
  settingsForFew,
  trainingDemonstrations,
  type LeftOut,
} from './contributions';
import type { PromptItem } from './curriculum';
import { answerCounts, cutByPrompt, rankAnswers, settleNoise } from './labelling';
import type { StageLoop } from './report';
import {
  pairStatistics,
  scoreItems,
  startRewardModel,
  startRewardTraining,
  trainRewardModel,
  type RankedItems,
  type RewardData,
} from './rewardModel';
import {
  forgetEpochs,
  need,
  replace,
  samplingOf,
  waiting,
  type EpochChoice,
  type Run,
  type SavedTraining,
} from './runState';
import { sampleAnswers } from './sampling';

type SavedReward = Extract<SavedTraining, { stage: 'rm' }>;

/** @param saved continues from there */
export async function* runRewardStage(run: Run, saved: SavedReward | null): StageLoop<void> {
  if (saved === null) {
    run.answers = [];
    run.rewardData = null;
  }
  if (saved === null || saved.phase === 'answers') yield* sampleToRank(run);
  if (saved?.phase !== 'choice') yield* trainOnRankings(run, saved?.phase === 'training' ? saved : null);
  yield* chooseSft(run, saved?.phase === 'choice' ? saved.choice : { scored: 0, best: null });
}

/** Prompts whose answers are ranked, each as often as it gets answers; those of `split` on are for validation. */
function questionsOf({ config, curriculum, contributions }: Run) {
  const ranking = contributions?.withSimulated === false ? [] : curriculum.rankingPrompts;
  const prompts = [...ranking, ...curriculum.validationPrompts];
  const counts = answerCounts(config, prompts.length);
  const repeated = prompts.flatMap((prompt, i): PromptItem[] => Array.from({ length: counts[i] }, () => prompt));
  return { prompts, counts, repeated, split: ranking.length };
}

/** The prompts of `run.answers`, in order: with the answers a checkpoint need not hold them. */
export function rankedPrompts(run: Run): (readonly number[])[] {
  return questionsOf(run).repeated.map((prompt) => prompt.tokens);
}

const ANSWERS_PER_REPORT = 512;

async function* sampleToRank(run: Run): StageLoop<void> {
  const { config } = run;
  const sft = need(run, 'sft', 'rm');
  const { repeated } = questionsOf(run);
  run.training = { stage: 'rm', phase: 'answers' };
  while (run.answers.length < repeated.length) {
    const at = run.answers.length;
    const part = repeated.slice(at, at + ANSWERS_PER_REPORT).map((prompt) => prompt.tokens);
    run.answers.push(...(await sampleAnswers(sft, part, samplingOf(config, `rm/answers/${at}`), run.looking)));
    const [done, all] = [run.answers.length, repeated.length].map((count) => count.toLocaleString('en'));
    yield waiting('rm', `sampling answers to rank, ${done} of ${all}`);
  }
}

interface Rankings {
  data: RewardData;
  /** By people, kept back to check the reward model with. */
  check: RankedItems[];
  simulated: { rankings: number; pairs: number };
  people: { rankings: number; pairs: number; heldOut: number; leftOut: Record<LeftOut, number> };
}

/**
 * Has labelers rank the run's answers and adds what people ranked. The same answers always give the same rankings.
 * @throws ConfigError when people's rankings are to stand alone and are too few
 */
export function rankingsOf(run: Run): Rankings {
  const { config, curriculum } = run;
  const { prompts, counts, split } = questionsOf(run);
  const groups = cutByPrompt(run.answers, counts);
  settleNoise(curriculum, prompts, groups);
  const rankings = rankAnswers(curriculum, prompts, groups, stream(config['run.seed'], 'rm/labels'));
  const { own, check, people } = splitContributed(run);
  const pairs = rankings.slice(0, split).reduce((sum, { ranks }) => sum + countPairs(ranks), 0);
  return {
    data: {
      train: [...rankings.slice(0, split), ...own],
      validation: rankings.slice(split),
      demonstrations: curriculum.validationDemonstrations,
    },
    check,
    simulated: { rankings: split, pairs },
    people,
  };
}

/** Every fifth ranking by people is kept back, so that what the reward model made of them can be checked. */
const HELD_OUT_EVERY = 5;

function splitContributed(run: Run) {
  const given = run.contributions;
  const { items, pairs, leftOut } = rankedItems(run.curriculum, run.config, given?.rankings ?? []);
  if (given !== null && !given.withSimulated && items.length < FEWEST_RANKINGS)
    throw new ConfigError(
      `rm: got ${items.length} rankings by people with a preference in them; expected at least ${FEWEST_RANKINGS}; rank more or add the simulated labelers.`,
    );
  const isHeldOut = (_: unknown, i: number) => items.length >= FEWEST_RANKINGS && i % HELD_OUT_EVERY === 0;
  const heldOut = items.filter(isHeldOut);
  const own = items.filter((item, i) => !isHeldOut(item, i));
  const kept = pairs - heldOut.reduce((sum, { ranks }) => sum + countPairs(ranks), 0);
  const people = { rankings: own.length, pairs: kept, heldOut: heldOut.length, leftOut };
  return { own, check: heldOut, people };
}

async function* trainOnRankings(run: Run, saved: Extract<SavedReward, { phase: 'training' }> | null): StageLoop<void> {
  const { data, check, simulated, people } = rankingsOf(run);
  const settings = settingsFor(run.config, data, simulated.rankings);
  run.rewardData = data;
  if (!saved) replace(run, 'unfinishedRewardModel', startRewardModel(need(run, 'sft', 'rm'), run.config));
  const model = need(run, 'unfinishedRewardModel', 'rm');
  const course = startRewardTraining(model, data, settings, saved?.course);
  run.training = { stage: 'rm', phase: 'training', course };
  yield* trainRewardModel(model, data, settings, course);
  delete run.models.unfinishedRewardModel;
  replace(run, 'rewardModel', model);
  run.rewardSources = { simulated, people, updates: course.step, check: await checkAgainst(run, check) };
}

/** People's rankings alone are few, and get settings of their own. */
function settingsFor(config: Config, data: RewardData, simulated: number): Config {
  return simulated === 0 ? settingsForFew(config, data.train.length) : config;
}

async function checkAgainst(run: Run, rankings: readonly RankedItems[]): Promise<{ pairs: number; correct: number }> {
  const items = rankings.flatMap((ranking) => ranking.items);
  const scores = await scoreItems(
    need(run, 'rewardModel', 'rm'),
    items,
    run.config['sampling.responseLength'],
    run.looking,
  );
  const { pairs, correct } = pairStatistics(
    scores,
    rankings.map((ranking) => ranking.ranks),
  );
  return { pairs, correct };
}

/** Scores samples of every SFT epoch on validation prompts and keeps the best. @source Ouyang et al. 2022, section 3.5 */
async function* chooseSft(run: Run, choice: EpochChoice): StageLoop<void> {
  const { config, curriculum, sftEpochs: epochs } = run;
  if (epochs.length === 0) return;
  run.training = { stage: 'rm', phase: 'choice', choice };
  const prompts = curriculum.validationPrompts.map((prompt) => prompt.tokens);
  const learned = trainingDemonstrations(curriculum, config, run.contributions).length;
  while (choice.scored < epochs.length) {
    const epoch = choice.scored;
    const items = await sampleAnswers(epochs[epoch], prompts, samplingOf(config, 'sft/pick'), run.looking);
    const scores = await scoreItems(
      need(run, 'rewardModel', 'rm'),
      items,
      config['sampling.responseLength'],
      run.looking,
    );
    const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    if (score > (choice.best?.score ?? -Infinity)) choice.best = { score, epoch };
    choice.scored++;
    const step = (epoch + 1) * Math.floor(learned / Math.min(config['sft.batchSize'], learned));
    yield {
      ...waiting('sft', `scoring SFT epoch ${epoch + 1} of ${epochs.length}`),
      rows: [{ step, metrics: { 'sft/rm_score': score } }],
    };
  }
  replace(run, 'sft', copyModel(epochs[choice.best?.epoch ?? epochs.length - 1]));
  forgetEpochs(run);
}
