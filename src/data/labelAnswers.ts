/** A simulated labeler does what a person does at the label desk: rates, flags and ranks the answers to one prompt. */
import type { FlagId, Likert } from '../config/labelling';
import type { GradedAnswer } from './agreement';
import { flagsOf } from './flags';
import type { Grade } from './grader';
import { merit, readAnswer, type Impression, type Labeler } from './labelers';
import type { RankingLabel } from './labels';
import type { PromptSpec } from './promptTypes';
import type { Random } from './random';
import { TIE_THRESHOLD, ranksOf } from './rankings';

/** An answer on the labeler's table. */
export interface ShownAnswer extends GradedAnswer {
  readonly isEnded: boolean;
  /** Token ids as sampled, the end token included. */
  readonly tokens?: readonly number[];
}

const PERFECT = {
  onTask: 1,
  constraint: 1,
  falseFacts: 0,
  rude: 0,
  harmful: 0,
  grammar: 1,
  repeats: 0,
  ended: 1,
} as const;

/** Words of an answer of usual length, about which people's taste for length turns. Measured: the mean of SFT samples. */
const USUAL_WORDS = 11;

/**
 * Utility on the scale of 1 to 7. What a flawless answer of usual length is worth to this labeler makes a 7, an answer
 * with nothing in its favour a 1; tastes and errors move it as they move the rank, so the two never contradict each other.
 */
export function likertOf(labeler: Labeler, { utility }: Impression): Likert {
  const usual = (labeler.lengthTaste * USUAL_WORDS) / 10;
  const share = (utility - usual) / merit(labeler.weights, PERFECT);
  return Math.round(1 + 6 * Math.max(0, Math.min(1, share))) as Likert;
}

/** Standard deviation of the impression how far an answer does the task, per unit of the labeler's noise. */
const TASK_DOUBT = 0.1;

/** The flags a labeler sets: false statements as noticed, the task as judged, others unless forgotten. */
function flagsBy(labeler: Labeler, prompt: PromptSpec, grade: Grade, seen: Impression, random: Random): FlagId[] {
  const doubt = random.gaussian(0, TASK_DOUBT * labeler.noise);
  const impression = { ...grade, falseFacts: seen.falseFacts, onTask: grade.onTask + doubt };
  return flagsOf(prompt, impression).filter(() => !random.chance(labeler.lapses));
}

/** At most this on the scale of 1 to 7 is unacceptable. */
const UNACCEPTABLE = 2;

/**
 * One labeler's full label of the K answers to one prompt. Answers with the same text are read once and get the same
 * rank, rating and flags.
 */
export function labelAnswers(
  labeler: Labeler,
  prompt: PromptSpec,
  answers: readonly ShownAnswer[],
  random: Random,
  tieThreshold = TIE_THRESHOLD,
): RankingLabel {
  const keys = answers.map(({ text, isEnded }) => `${text}\n${isEnded}`);
  const distinct = [...new Set(keys)];
  const read = distinct.map((key) => {
    const { grade } = answers[keys.indexOf(key)];
    const seen = readAnswer(labeler, grade, random);
    return { seen, likert: likertOf(labeler, seen), flags: flagsBy(labeler, prompt, grade, seen, random) };
  });
  const ranks = ranksOf(
    read.map(({ seen }) => seen.utility),
    tieThreshold,
  );
  const which = keys.map((key) => distinct.indexOf(key));
  return {
    prompt: prompt.text,
    answers: answers.map(({ text }) => text),
    ended: answers.map(({ isEnded }) => isEnded),
    ranks: which.map((i) => ranks[i]),
    likert: which.map((i) => read[i].likert),
    flags: which.map((i) => read[i].flags),
    labeler: labeler.id,
    group: labeler.cohort,
    ...(read.every(({ likert }) => likert <= UNACCEPTABLE) && { allBad: true }),
    ...(answers.every(({ tokens }) => tokens !== undefined) && { tokens: answers.map(({ tokens }) => tokens ?? []) }),
  };
}
