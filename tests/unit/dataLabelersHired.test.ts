import { describe, expect, it } from 'vitest';
import { agreement } from '../../src/data/agreement';
import { PAPER_AGREEMENT, calibrateNoise } from '../../src/data/calibration';
import { buildDataset } from '../../src/data/dataset';
import { DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../../src/data/demonstrations';
import { flagsOf } from '../../src/data/flags';
import { createGrader } from '../../src/data/grader';
import { labelAnswers, type ShownAnswer } from '../../src/data/labelAnswers';
import { parseLabels, serialiseLabels } from '../../src/data/labelFiles';
import { agreementByGroup, pairwiseAgreement } from '../../src/data/labelStatistics';
import { COHORTS } from '../../src/data/labelerTraits';
import { makeTeam, type Labeler } from '../../src/data/labelers';
import { stream } from '../../src/data/random';
import { SCREENING, screenCandidates } from '../../src/data/screening';
import { buildWorld } from '../../src/data/world';

const world = buildWorld();
const grader = createGrader(world);
const prompts = buildDataset(world).train.slice(0, 800);

/** Four rushed demonstrations per prompt, as labelers see them. */
const answers: ShownAnswer[][] = (() => {
  const random = stream(1, 'test/answers');
  return prompts.map((prompt) =>
    Array.from({ length: 4 }, () => {
      const text = writeDemonstration(world, prompt, random, { ...DEFAULT_DEMONSTRATIONS, slop: 0.4 });
      return { text, isEnded: true, grade: grader.grade(prompt, { text, isEnded: true }) };
    }),
  );
})();

const screening = screenCandidates(grader, prompts, 5);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the screening test', () => {
  it('hires forty of eighty, as many of each cohort, and follows from its seed', () => {
    expect(screening.results).toHaveLength(80);
    expect(screening.results.filter((result) => result.isHired)).toHaveLength(40);
    expect(screenCandidates(grader, prompts, 5)).toEqual(screening);
    for (const { id } of COHORTS) expect(screening.team.filter(({ cohort }) => cohort === id)).toHaveLength(8);
  });

  it('is passed by most but not by all, and by more of those who are hired', () => {
    const passed = screening.results.filter((result) => result.hasPassed).length / 80;
    const hired = screening.results.filter((result) => result.isHired && result.hasPassed).length / 40;
    expect(passed).toBeGreaterThan(0.4);
    expect(passed).toBeLessThan(0.95);
    expect(hired).toBeGreaterThan(passed);
    for (const { flagging, ranking, writing, hasPassed } of screening.results) {
      const isGood = flagging >= SCREENING.agreement && ranking >= SCREENING.agreement && writing >= SCREENING.writing;
      expect(hasPassed).toBe(isGood);
    }
  });

  it('finds the surer hands and the more careful writers', () => {
    const hired = new Set(screening.team.map(({ id }) => id));
    const candidates = makeTeam(5, 'training', { size: SCREENING.candidates });
    const average = (trait: (labeler: Labeler) => number, isHired: boolean): number =>
      mean(candidates.filter(({ id }) => hired.has(id) === isHired).map(trait));
    for (const trait of [(one: Labeler) => one.noise, (one: Labeler) => one.haste])
      expect(average(trait, true)).toBeLessThan(average(trait, false));
  });
});

describe('calibrated noise', () => {
  it.each(['training', 'heldOut'] as const)('makes the %s group agree as often as the paper says', (group) => {
    const team = group === 'training' ? screening.team : makeTeam(6, 'heldOut');
    const target = PAPER_AGREEMENT[group];
    const { isReached, agreement: found, factor, team: calibrated } = calibrateNoise(team, answers, target, 1);
    expect(isReached).toBe(true);
    // An interval on other dice than those it was solved with.
    expect(found.low).toBeLessThan(target + 0.01);
    expect(found.high).toBeGreaterThan(target - 0.01);
    calibrated.forEach(({ noise }, i) => expect(noise).toBeCloseTo(team[i].noise * factor, 12));
  });

  it('grows as the target falls, and follows from the seed', () => {
    const few = answers.slice(0, 150);
    const factors = [0.65, 0.7, 0.75].map((target) => calibrateNoise(screening.team, few, target, 1).factor);
    expect(factors[0]).toBeGreaterThan(factors[1]);
    expect(factors[1]).toBeGreaterThan(factors[2]);
    const twice = [1, 2].map(() => calibrateNoise(screening.team, few, 0.7, 1));
    expect(twice[0]).toEqual(twice[1]);
  });

  it('says when no noise can do it, and leaves the team alone when there is nothing to compare', () => {
    expect(calibrateNoise(screening.team, answers.slice(0, 100), 0.99, 1).isReached).toBe(false);
    const same = answers.slice(0, 20).map(([first]) => [first, first]);
    const { factor, isReached, team } = calibrateNoise(screening.team, same, 0.7, 1);
    expect([factor, isReached]).toEqual([1, false]);
    expect(team).toEqual(screening.team);
  });
});

describe('cohorts', () => {
  it('agree more within than between each other, by the labels alone', () => {
    const { team } = calibrateNoise(screening.team, answers, PAPER_AGREEMENT.training, 1);
    const random = stream(1, 'test/cohorts');
    const labels = answers.flatMap((group, i) =>
      random.sample(team, 5).map((labeler) => labelAnswers(labeler, prompts[i], group, random)),
    );
    const { within, between } = agreementByGroup(labels);
    expect(within.low).toBeGreaterThan(between.high);
    const all = pairwiseAgreement(labels);
    expect(all.rate).toBeGreaterThan(0.7);
    expect(all.rate).toBeLessThan(0.75);
    // The faster way over grades says the same.
    expect(Math.abs(agreement(answers, team, random).rate - all.rate)).toBeLessThan(0.03);
  });
});

describe('a simulated label', () => {
  const [labeler] = screening.team;
  const label = (index: number, who = labeler) => labelAnswers(who, prompts[index], answers[index], stream(1, 'label'));

  it('is a label like any other: it survives a file', () => {
    const labels = answers.slice(0, 100).map((_, i) => label(i));
    expect(parseLabels(serialiseLabels(labels))).toEqual({ labels, demonstrations: [], rejected: [] });
    expect(labels[0]).toMatchObject({ labeler: labeler.id, group: labeler.cohort, prompt: prompts[0].text });
  });

  it('never rates a lower ranked answer higher', () => {
    answers.slice(0, 300).forEach((_, i) => {
      const { ranks, likert = [] } = label(i);
      ranks.forEach((a, j) =>
        ranks.forEach((b, k) => {
          if (a !== null && b !== null && a < b) expect(likert[j]).toBeGreaterThanOrEqual(likert[k] ?? 7);
        }),
      );
    });
  });

  it('says the same of the same text', () => {
    const [first, second] = answers[0];
    const { ranks, likert, flags } = labelAnswers(labeler, prompts[0], [first, second, first], stream(1, 'label'));
    expect([ranks[0], likert?.[0], flags?.[0]]).toEqual([ranks[2], likert?.[2], flags?.[2]]);
  });

  it('uses the scale: flawless answers near 7, poor ones low', () => {
    const rated = answers.flatMap((group, i) =>
      (label(i, { ...screening.team[i % 40], noise: 0 }).likert ?? []).map((likert, k) => ({
        likert,
        reward: group[k].grade.reward,
      })),
    );
    const average = (part: typeof rated): number => mean(part.map(({ likert }) => likert ?? 0));
    expect(average(rated.filter(({ reward }) => reward > 0.95))).toBeGreaterThan(6);
    expect(average(rated.filter(({ reward }) => reward < -0.3))).toBeLessThan(4);
    expect(new Set(rated.map(({ likert }) => likert)).size).toBeGreaterThan(4);
  });

  it('has the flags that are due for somebody who overlooks nothing, and fewer for somebody who forgets', () => {
    const perfect = { ...labeler, noise: 0, overlooks: 0, lapses: 0 };
    answers.slice(0, 200).forEach((group, i) => {
      expect(label(i, perfect).flags).toEqual(group.map(({ grade }) => flagsOf(prompts[i], grade)));
    });
    const count = (who: Labeler) => answers.flatMap((_, i) => label(i, who).flags?.flat() ?? []).length;
    expect(count({ ...perfect, lapses: 0.5 })).toBeLessThan(0.6 * count(perfect));
    const falseFacts = (who: Labeler) =>
      answers.flatMap((_, i) => label(i, who).flags?.flat() ?? []).filter((flag) => flag === 'falseFact').length;
    expect(falseFacts({ ...perfect, overlooks: 1 })).toBe(0);
    expect(falseFacts(perfect)).toBeGreaterThan(0);
  });

  it('calls all answers bad only when they are', () => {
    const awful = answers[0].map((answer, k) => ({
      ...answer,
      text: `no ${k}`,
      grade: { ...answer.grade, onTask: 0, constraint: 0, grammar: 0, ended: 0, falseFacts: 2, words: 2 },
    }));
    expect(labelAnswers({ ...labeler, noise: 0 }, prompts[0], awful, stream(1, 'label')).allBad).toBe(true);
    const { allBad } = label(answers.findIndex((group) => group.every(({ grade }) => grade.reward > 0.9)));
    expect(allBad).toBeUndefined();
  });
});
