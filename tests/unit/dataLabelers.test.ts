import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreement, preference, winRate, type GradedAnswer } from '../../src/data/agreement';
import { buildDataset } from '../../src/data/dataset';
import { DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../../src/data/demonstrations';
import { createGrader } from '../../src/data/grader';
import { makeTeam, rankAnswers, utility } from '../../src/data/labelers';
import { stream } from '../../src/data/random';
import { comparisonsOf, ranksOf } from '../../src/data/rankings';
import { buildWorld } from '../../src/data/world';

const world = buildWorld();
const grader = createGrader(world);
const prompts = buildDataset(world).train.slice(0, 800);

/** K demonstrations per prompt at a slop rate, graded. */
function gradedAnswers(slop: number, K: number): GradedAnswer[][] {
  const random = stream(1, `labelers/${slop}`);
  return prompts.map((prompt) =>
    Array.from({ length: K }, () => {
      const text = writeDemonstration(world, prompt, random, { ...DEFAULT_DEMONSTRATIONS, slop });
      return { text, grade: grader.grade(prompt, { text, isEnded: true }) };
    }),
  );
}

const samples = gradedAnswers(0.4, 4);
const team = makeTeam(5, 'training');
const heldOut = makeTeam(5, 'heldOut');

describe('teams', () => {
  it('have the size asked for, different people, and follow from the seed', () => {
    expect(team).toHaveLength(40);
    expect(heldOut).toHaveLength(15);
    expect(new Set([...team, ...heldOut].map((labeler) => labeler.id)).size).toBe(55);
    expect(makeTeam(5, 'training')).toEqual(team);
    expect(makeTeam(6, 'training')).not.toEqual(team);
  });

  it('agree about as often as the people of the paper, on synthetic samples', () => {
    const own = agreement(samples, team, stream(1, 'agreement'));
    const other = agreement(samples, heldOut, stream(1, 'agreement'));
    expect(own.rate).toBeGreaterThan(0.69);
    expect(own.rate).toBeLessThan(0.79);
    expect(other.rate).toBeGreaterThan(own.rate);
    for (const { tieShare, low, rate, high } of [own, other]) {
      expect(tieShare).toBeGreaterThan(0.05);
      expect(tieShare).toBeLessThan(0.1);
      expect(low).toBeLessThan(rate);
      expect(high).toBeGreaterThan(rate);
    }
  });

  it('agree always without noise, tastes and oversights', () => {
    const judge = { ...team[0], noise: 0, overlooks: 0 };
    const twins = [judge, { ...judge, id: 'twin' }];
    expect(agreement(samples, twins, stream(1, 'agreement')).rate).toBe(1);
  });
});

describe('rankings', () => {
  it('order utilities, best first, and tie the close ones', () => {
    expect(ranksOf([0, 3, 1, 2.9], 0.2)).toEqual([2, 0, 1, 0]);
    expect(ranksOf([1, 1, 1], 0.2)).toEqual([0, 0, 0]);
    expect(ranksOf([5], 0.2)).toEqual([0]);
  });

  it('never contradict utilities, and call no distant pair a tie', () => {
    const utilities = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(utilities, (values) => {
        const ranks = ranksOf(values, 0.2);
        values.forEach((a, i) =>
          values.forEach((b, j) => {
            if (ranks[i] < ranks[j]) expect(a).toBeGreaterThan(b);
            if (ranks[i] === ranks[j]) expect(Math.abs(a - b)).toBeLessThan(0.2);
          }),
        );
      }),
    );
  });

  it('give every comparison but ties and identical texts, and carry the labeler', () => {
    expect(comparisonsOf([1, 0, 1, 2], ['a', 'b', 'c', 'b'])).toEqual([
      { chosen: 1, rejected: 0 },
      { chosen: 0, rejected: 3 },
      { chosen: 1, rejected: 2 },
      { chosen: 2, rejected: 3 },
    ]);
    const grades = samples[0].map((answer) => answer.grade);
    expect(rankAnswers(team[3], grades, stream(1, 'ranking')).labeler).toBe(team[3].id);
  });

  it('like true, polite answers better on average', () => {
    const random = stream(1, 'utility');
    const good = samples.flat().filter(({ grade }) => grade.reward > 0.9);
    const bad = samples.flat().filter(({ grade }) => grade.rude > 0 || grade.falseFacts > 0);
    const mean = (answers: readonly GradedAnswer[]): number =>
      answers.reduce((sum, { grade }) => sum + utility(random.pick(team), grade, random), 0) / answers.length;
    expect(mean(good)).toBeGreaterThan(mean(bad) + 0.8);
  });
});

describe('win rate', () => {
  it('is one half between identical texts', () => {
    const same = samples.map(([first]) => [first, first] as const);
    expect(winRate(same, team, stream(1, 'wins')).rate).toBe(0.5);
    expect(preference(team[0], samples[0][0], samples[0][0], stream(1, 'wins'))).toBe(0.5);
  });

  it('is above one half for more careful writers, with an interval', () => {
    const careful = gradedAnswers(0, 1);
    const pairs = careful.map(([answer], i) => [answer, samples[i][0]] as const);
    const result = winRate(pairs, heldOut, stream(1, 'wins'));
    expect(result.count).toBe(3 * pairs.length);
    expect(result.low).toBeGreaterThan(0.55);
    expect(result.high - result.low).toBeLessThan(0.1);
    const mirrored = winRate(
      pairs.map(([a, b]) => [b, a] as const),
      heldOut,
      stream(1, 'wins'),
    );
    expect(Math.abs(mirrored.rate + result.rate - 1)).toBeLessThan(0.05);
  });
});
