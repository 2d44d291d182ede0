/** From sampled answers to rankings: how many answers a prompt gets, who ranks them, and how sure of hand they are. */
import type { Config } from '../config/config';
import { ANSWERS_PER_PROMPT } from '../config/labelling';
import { calibrateNoise, PAPER_AGREEMENT, type NoiseCalibration } from '../data/calibration';
import type { LabelerGroup } from '../data/labelers';
import { labelAnswers, type ShownAnswer } from '../data/labelAnswers';
import type { RankingLabel } from '../data/labels';
import { stream, type Random } from '../data/random';
import type { Curriculum, PromptItem } from './curriculum';
import type { Item } from './items';
import type { RankedItems } from './rewardModel';

/** Fewest answers in the paper's rankings. */
const PAPER_FEWEST = 4;

/** K of each prompt: the same for all, or 4 to 9, each as likely. @source Ouyang et al. 2022, section 3.5 */
export function answerCounts(config: Config, prompts: number): number[] {
  const random = stream(config['run.seed'], 'rm/answers per prompt');
  const { max } = ANSWERS_PER_PROMPT;
  return Array.from({ length: prompts }, () =>
    config['data.rankingSizes'] === '4_to_9'
      ? PAPER_FEWEST + random.int(max - PAPER_FEWEST + 1)
      : config['data.answersPerPrompt'],
  );
}

/** Cuts a list of answers into one list per prompt. */
export function cutByPrompt(items: readonly Item[], counts: readonly number[]): Item[][] {
  let at = 0;
  return counts.map((count) => items.slice(at, (at += count)));
}

/** Sampled answers to one prompt, as labelers see them. */
function shown(curriculum: Curriculum, { spec }: PromptItem, items: readonly Item[]): ShownAnswer[] {
  return items.map(({ response }) => ({
    text: curriculum.decodeAnswer(response),
    isEnded: curriculum.isEnded(response),
    grade: curriculum.grade(spec, response),
    tokens: response,
  }));
}

/** A ranking by a simulated labeler, with everything else they said. */
export interface LabelledItems extends RankedItems {
  label: RankingLabel;
}

/**
 * Settles how noisy the run's labelers are, so that they agree with each other as often as the paper's: once, by the first
 * answers that it ranks to learn from.
 * @param groups the answers to each prompt, in the order of `prompts`
 */
export function settleNoise(
  curriculum: Curriculum,
  prompts: readonly PromptItem[],
  groups: readonly (readonly Item[])[],
): void {
  if (curriculum.calibration !== null) return;
  const answers = prompts.map((prompt, i) => shown(curriculum, prompt, groups[i]));
  const training = calibrated(curriculum, 'training', answers);
  const heldOut = calibrated(curriculum, 'heldOut', answers);
  curriculum.labelers = { training: training.team, heldOut: heldOut.team };
  curriculum.calibration = { training, heldOut };
}

/**
 * Lets one labeler of the training group label the answers to each prompt. The run stays as it is: where nothing has settled
 * its labelers' noise yet, these answers do so for this time only, so that nothing trained later depends on a look.
 * @param groups the answers to each prompt, in the order of `prompts`
 */
export function rankAnswers(
  curriculum: Curriculum,
  prompts: readonly PromptItem[],
  groups: readonly (readonly Item[])[],
  random: Random,
): LabelledItems[] {
  const answers = prompts.map((prompt, i) => shown(curriculum, prompt, groups[i]));
  const { calibration, labelers } = curriculum;
  const team = calibration === null ? calibrated(curriculum, 'training', answers).team : labelers.training;
  return prompts.map(({ spec }, i) => {
    const label = labelAnswers(random.pick(team), spec, answers[i], random);
    return { items: [...groups[i]], ranks: label.ranks.map((rank) => rank ?? 0), label };
  });
}

/** The world's labelers are the same people in every run, so their dice do not follow the run's seed. */
function calibrated(
  { labelers }: Curriculum,
  group: LabelerGroup,
  answers: readonly (readonly ShownAnswer[])[],
): NoiseCalibration {
  return calibrateNoise(labelers[group], answers, PAPER_AGREEMENT[group], `calibration/${group}`);
}
