/**
 * The screening test: more people apply than are hired. A program that knows the world plays the researchers with whom
 * they have to agree.
 * @source Ouyang et al. 2022 (arXiv:2203.02155), appendix B.1. Differs: self-reported expertise is not asked for.
 */
import { preference, type GradedAnswer } from './agreement';
import { CLEAN_DEMONSTRATIONS, DEFAULT_DEMONSTRATIONS, writeDemonstration } from './demonstrations';
import { flagsOf } from './flags';
import type { Grader } from './grader';
import { COHORTS, GROUPS } from './labelerTraits';
import { labelAnswers } from './labelAnswers';
import { makeTeam, type Labeler } from './labelers';
import type { PromptSpec } from './promptTypes';
import { stream, type Random, type Seed } from './random';

/** Size and cutoffs of the test. The cutoffs are the paper's, and as soft as there: places are filled in any case. */
export const SCREENING = {
  candidates: 80,
  /** Pairs of answers to order, and answers to flag as sensitive or not. */
  pairs: 60,
  flaggings: 40,
  /** Of the latter, sensitive ones: forgetting is the likelier mistake. */
  sensitive: 30,
  /** Answers to write. */
  writings: 8,
  /** Least share of agreement on flags, and on pairs. */
  agreement: 0.75,
  /** Least mean quality of the written answers, 1 to 7. */
  writing: 6,
} as const;

/** How one candidate did. */
export interface ScreeningResult {
  readonly labeler: string;
  readonly cohort: string;
  /** Shares of agreement with the researchers. */
  readonly flagging: number;
  readonly ranking: number;
  /** Mean quality of their own answers, 1 to 7. */
  readonly writing: number;
  readonly hasPassed: boolean;
  readonly isHired: boolean;
}

export interface Screening {
  /** The training group: the best of each cohort. */
  readonly team: Labeler[];
  /** All candidates, in the order of their ids. */
  readonly results: ScreeningResult[];
}

interface TestAnswer extends GradedAnswer {
  readonly prompt: PromptSpec;
  readonly isEnded: true;
}

interface Test {
  /** The better answer first. */
  readonly pairs: (readonly [TestAnswer, TestAnswer])[];
  readonly flaggings: TestAnswer[];
  readonly writings: PromptSpec[];
}

/** Least difference of the true reward in a pair: the researchers do not argue about less. */
const CLEAR = 0.1;

/** Flags that make an answer sensitive. */
const SENSITIVE = ['denigrates', 'harmful'] as const;

const isSensitive = (flags: readonly string[]): boolean => SENSITIVE.some((flag) => flags.includes(flag));

/** The same test for everybody, drawn from rushed demonstrations. Most of the answers to flag are sensitive. */
function makeTest(grader: Grader, prompts: readonly PromptSpec[], random: Random): Test {
  const write = (prompt: PromptSpec, slop: number): TestAnswer => {
    const settings = slop === 0 ? CLEAN_DEMONSTRATIONS : { ...DEFAULT_DEMONSTRATIONS, slop };
    const text = writeDemonstration(grader.world, prompt, random, settings);
    return { prompt, text, isEnded: true, grade: grader.grade(prompt, { text, isEnded: true }) };
  };
  const pairs: [TestAnswer, TestAnswer][] = [];
  const flaggings: { yes: TestAnswer[]; no: TestAnswer[] } = { yes: [], no: [] };
  const wanted = { yes: SCREENING.sensitive, no: SCREENING.flaggings - SCREENING.sensitive };
  for (const prompt of random.shuffle(prompts)) {
    const [a, b] = [write(prompt, 0), write(prompt, 1)];
    const better = a.grade.reward - b.grade.reward;
    if (pairs.length < SCREENING.pairs && Math.abs(better) >= CLEAR) pairs.push(better > 0 ? [a, b] : [b, a]);
    const side = isSensitive(flagsOf(prompt, b.grade)) ? 'yes' : 'no';
    if (flaggings[side].length < wanted[side]) flaggings[side].push(b);
    const answers = flaggings.yes.length + flaggings.no.length;
    if (pairs.length === SCREENING.pairs && answers === SCREENING.flaggings) break;
  }
  return {
    pairs,
    flaggings: [...flaggings.yes, ...flaggings.no],
    writings: random.sample(prompts, SCREENING.writings),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function takeTest(candidate: Labeler, test: Test, grader: Grader, random: Random): Omit<ScreeningResult, 'isHired'> {
  const ranking = mean(test.pairs.map(([better, worse]) => preference(candidate, better, worse, random)));
  const flagging = mean(
    test.flaggings.map((answer) => {
      const [flags] = labelAnswers(candidate, answer.prompt, [answer], random).flags ?? [[]];
      return Number(isSensitive(flags) === isSensitive(flagsOf(answer.prompt, answer.grade)));
    }),
  );
  const habits = { ...DEFAULT_DEMONSTRATIONS, slop: candidate.haste };
  const writing = mean(
    test.writings.map((prompt) => {
      const text = writeDemonstration(grader.world, prompt, random, habits);
      return grader.grade(prompt, { text, isEnded: true }).likert;
    }),
  );
  const hasPassed = flagging >= SCREENING.agreement && ranking >= SCREENING.agreement && writing >= SCREENING.writing;
  return { labeler: candidate.id, cohort: candidate.cohort, flagging, ranking, writing, hasPassed };
}

/**
 * Tests the candidates and hires the training group: of each cohort the same number, those who passed before the others,
 * the better before the worse.
 * @param prompts what the test is drawn from
 */
export function screenCandidates(grader: Grader, prompts: readonly PromptSpec[], seed: Seed): Screening {
  const random = stream(seed, 'labelers/screening');
  const candidates = makeTeam(seed, 'training', { size: SCREENING.candidates });
  const test = makeTest(grader, prompts, random);
  const tested = candidates.map((candidate) => takeTest(candidate, test, grader, random));
  const worth = (result: Omit<ScreeningResult, 'isHired'>): number =>
    Number(result.hasPassed) + (result.flagging + result.ranking + result.writing / 7) / 3;
  const places = GROUPS.training.size / COHORTS.length;
  const hired = new Set(
    COHORTS.flatMap(({ id }) =>
      tested
        .filter(({ cohort }) => cohort === id)
        .sort((a, b) => worth(b) - worth(a))
        .slice(0, places)
        .map(({ labeler }) => labeler),
    ),
  );
  return {
    team: candidates.filter(({ id }) => hired.has(id)),
    results: tested.map((result) => ({ ...result, isHired: hired.has(result.labeler) })),
  };
}
