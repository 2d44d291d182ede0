/** Who judges: the screening test, agreement, cohorts. */
import { agreement } from '../../src/data/agreement';
import { PAPER_AGREEMENT, calibrateNoise } from '../../src/data/calibration';
import type { PromptDataset } from '../../src/data/dataset';
import { DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../../src/data/demonstrations';
import type { Grader } from '../../src/data/grader';
import { COHORTS } from '../../src/data/labelerTraits';
import { makeTeam, type Labeler } from '../../src/data/labelers';
import { stream } from '../../src/data/random';
import { TIE_THRESHOLD } from '../../src/data/rankings';
import { SCREENING, screenCandidates, type ScreeningResult } from '../../src/data/screening';
import { percent, table } from './tables';

/** The seeds that runs use. */
const SEEDS = { training: 5, heldOut: 6 };
const SLOP = 0.4;

/** Shares of those tested and of those hired who reached each cutoff. */
function screeningTable(results: readonly ScreeningResult[]): string {
  const hired = results.filter(({ isHired }) => isHired);
  const row = (name: string, cutoff: string, hasPassed: (result: ScreeningResult) => boolean) => [
    name,
    cutoff,
    ...[results, hired].map((people) => percent(people.filter(hasPassed).length / people.length)),
  ];
  return table(
    ['part', 'cutoff', `of ${results.length} candidates, %`, `of ${hired.length} hired, %`],
    [
      row('flags sensitive answers', `${percent(SCREENING.agreement)} %`, (one) => one.flagging >= SCREENING.agreement),
      row('orders pairs of answers', `${percent(SCREENING.agreement)} %`, (one) => one.ranking >= SCREENING.agreement),
      row('writes answers', `${SCREENING.writing} of 7`, (one) => one.writing >= SCREENING.writing),
      row('all three', '', (one) => one.hasPassed),
    ],
  );
}

/** The screened training group and the held-out one, on demonstrations of validation prompts. */
export function labelerSection(dataset: PromptDataset, grader: Grader): string {
  const random = stream(SEEDS.training, 'sheet/agreement');
  const answers = dataset.valid.map((prompt) =>
    Array.from({ length: 4 }, () => {
      const text = writeDemonstration(grader.world, prompt, random, { ...DEFAULT_DEMONSTRATIONS, slop: SLOP });
      return { text, grade: grader.grade(prompt, { text, isEnded: true }) };
    }),
  );
  const { team, results } = screenCandidates(grader, dataset.train, SEEDS.training);
  const calibrated = {
    training: calibrateNoise(team, answers, PAPER_AGREEMENT.training, 'sheet/training'),
    heldOut: calibrateNoise(makeTeam(SEEDS.heldOut, 'heldOut'), answers, PAPER_AGREEMENT.heldOut, 'sheet/heldOut'),
  };
  const groups = (['training', 'heldOut'] as const).map((group) => {
    const { agreement: found, factor, team: people } = calibrated[group];
    const { rate, low, high, count, tieShare } = found;
    const interval = `${percent(rate)} (${percent(low)} to ${percent(high)})`;
    const target = percent(PAPER_AGREEMENT[group]);
    return [group, people.length, factor.toFixed(2), interval, target, count, percent(tieShare)];
  });
  const between = (first: readonly Labeler[], second: readonly Labeler[]) =>
    percent(agreement(answers, first, stream(1, 'sheet/cohorts'), second).rate);
  const cohorts = COHORTS.map(({ id, lengthTaste, closingTaste }) => {
    const of = (isMember: boolean) => calibrated.training.team.filter(({ cohort }) => (cohort === id) === isMember);
    return [id, lengthTaste, closingTaste, between(of(true), of(true)), between(of(true), of(false))];
  });
  return [
    '## Labelers',
    screeningTable(results),
    `Cutoffs are the paper’s and as soft as there: each cohort hires its ${team.length / COHORTS.length} best. Held-out labelers are not screened.`,
    table(['group', 'size', 'noise x', 'agreement, % (95 %)', 'paper', 'pairs', 'ties, %'], groups),
    `On four demonstrations per validation prompt at slop ${SLOP}, with the noise solved for. Runs do the same on their own answers. Ties are utilities closer than ${TIE_THRESHOLD}.`,
    table(['cohort', 'likes length', 'likes closing', 'agrees within, %', 'with others, %'], cohorts),
    'Tastes are utility per ten words and per closing phrase, added to the group’s 0.25 and 0.35.',
  ].join('\n\n');
}
