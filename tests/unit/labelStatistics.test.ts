import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreementByGroup,
  agreementByLabeler,
  compareLabels,
  disputedPrompts,
  ownConsistency,
  pairwiseAgreement,
} from '../../src/data/labelStatistics';
import type { RankingLabel } from '../../src/data/labels';
import { stream } from '../../src/data/random';

/** A label that ranks the letters of a text from best to worst; `=` before a letter ties it with the one before. */
function ranked(labeler: string, order: string, prompt = 'p', more: Partial<RankingLabel> = {}): RankingLabel {
  const answers = order.replaceAll('=', '').split('');
  let rank = -1;
  const ranks = answers.map((letter) => (order.includes(`=${letter}`) ? rank : ++rank));
  return { prompt, answers, ranks, labeler, ...more };
}

describe('comparing two labels', () => {
  it('counts pairs of answers, however each label lists them', () => {
    expect(compareLabels(ranked('a', 'xyz'), ranked('b', 'zxy'))).toEqual({ same: 1, opposite: 2, tied: 0 });
    expect(compareLabels(ranked('a', 'xyz'), ranked('b', 'x=yz'))).toEqual({ same: 2, opposite: 0, tied: 1 });
    expect(compareLabels(ranked('a', 'x=y'), ranked('b', 'y=x'))).toEqual({ same: 0, opposite: 0, tied: 1 });
  });

  it('leaves out what one of them did not rank, shows the same text, or skipped', () => {
    const partial = { ...ranked('b', 'xyz'), ranks: [0, null, 1] };
    expect(compareLabels(ranked('a', 'xyz'), partial)).toEqual({ same: 1, opposite: 0, tied: 0 });
    expect(compareLabels(ranked('a', 'xyy'), ranked('b', 'xyy'))).toEqual({ same: 1, opposite: 0, tied: 0 });
    const skipped = ranked('b', 'xyz', 'p', { skipped: 'unclear' });
    expect(compareLabels(ranked('a', 'xyz'), skipped)).toEqual({ same: 0, opposite: 0, tied: 0 });
  });

  it('is symmetric, and perfect with itself but for ties', () => {
    const ranks = fc.array(fc.option(fc.integer({ min: 0, max: 4 })), { minLength: 5, maxLength: 5 });
    const labels = ranks.map((list): RankingLabel => ({ ...ranked('a', 'vwxyz'), ranks: list }));
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        expect(compareLabels(a, b)).toEqual(compareLabels(b, a));
        expect(compareLabels(a, a).opposite).toBe(0);
      }),
      { seed: 1 },
    );
  });
});

describe('agreement', () => {
  const labels = [
    ranked('a', 'xyz', 'p'),
    ranked('b', 'xyz', 'p'),
    ranked('c', 'xzy', 'p'),
    ranked('a', 'xy', 'q'),
    ranked('b', 'yx', 'q'),
    ranked('a', 'x=y', 'r'),
    ranked('b', 'xy', 'r'),
    ranked('a', 'xy', 'alone'),
  ];

  it('pools the pairs of all pairs of people, ties apart', () => {
    // p: 3 + 2 + 2 of 9 alike; q: 0 of 1; r: one tie.
    const { rate, pairs, prompts, tieShare } = pairwiseAgreement(labels);
    expect([rate, pairs, prompts, tieShare]).toEqual([0.7, 10, 3, 1 / 11]);
  });

  it('does not compare people with themselves', () => {
    const { rate, pairs } = pairwiseAgreement([ranked('a', 'xy'), ranked('a', 'yx')]);
    expect(pairs).toBe(0);
    expect(rate).toBeNaN();
  });

  it('has an interval that follows from the seed, holds the rate, and needs two prompts', () => {
    const random = stream(1, 'test/labels');
    const many = Array.from({ length: 200 }, (_, i) => [
      ranked('a', 'xy', `p${i}`),
      ranked('b', random.chance(0.73) ? 'xy' : 'yx', `p${i}`),
    ]).flat();
    const found = pairwiseAgreement(many);
    expect(found).toEqual(pairwiseAgreement(many));
    expect(found.low).toBeLessThan(found.rate);
    expect(found.high).toBeGreaterThan(found.rate);
    // Binomial: 1.96 · sqrt(0.73 · 0.27 / 200) = 0.062 each side.
    expect(found.high - found.low).toBeGreaterThan(0.09);
    expect(found.high - found.low).toBeLessThan(0.16);
    expect(pairwiseAgreement([ranked('a', 'xy'), ranked('b', 'xy')]).low).toBeNaN();
  });

  it('tells people of one group from people of two', () => {
    const grouped = [
      ranked('a', 'xy', 'p', { group: 'one' }),
      ranked('b', 'xy', 'p', { group: 'one' }),
      ranked('c', 'yx', 'p', { group: 'two' }),
      ranked('d', 'xy', 'p'),
    ];
    const { within, between } = agreementByGroup(grouped);
    expect([within.rate, within.pairs]).toEqual([1, 1]);
    expect([between.rate, between.pairs]).toEqual([0, 2]);
  });

  it('is told for each person', () => {
    expect(agreementByLabeler(labels).map(({ labeler, rate, pairs }) => [labeler, rate, pairs])).toEqual([
      ['a', 5 / 7, 7],
      ['b', 5 / 7, 7],
      ['c', 4 / 6, 6],
    ]);
  });

  it('stays quick when very many label one prompt', () => {
    const crowd = Array.from({ length: 3000 }, (_, i) => ranked(`n${i}`, i % 2 ? 'xy' : 'yx'));
    expect(pairwiseAgreement(crowd).pairs).toBe((200 * 199) / 2);
  });
});

describe('own consistency', () => {
  it('compares what one person said about the same prompt at two times', () => {
    const labels = [
      ranked('a', 'xyz', 'p'),
      ranked('a', 'zyx', 'p'),
      ranked('a', 'xy', 'q'),
      ranked('a', 'xy', 'q'),
      ranked('b', 'xy', 'q'),
    ];
    const [a, b] = ownConsistency(labels);
    expect([a.labeler, a.rate, a.pairs, a.prompts]).toEqual(['a', 0.25, 4, 2]);
    expect([b.labeler, b.pairs]).toEqual(['b', 0]);
  });
});

describe('disputed prompts', () => {
  it('come worst first, with little evidence behind much, and without those agreed on', () => {
    const labels = [
      ...[ranked('a', 'wxyz', 'much'), ranked('b', 'zyxw', 'much')],
      ...[ranked('a', 'xy', 'little'), ranked('b', 'yx', 'little')],
      ...[ranked('a', 'xyz', 'some'), ranked('b', 'xzy', 'some')],
      ...[ranked('a', 'xy', 'none'), ranked('b', 'xy', 'none')],
    ];
    expect(disputedPrompts(labels)).toEqual([
      { prompt: 'much', disagreement: 1, pairs: 6, labelers: 2 },
      { prompt: 'little', disagreement: 1, pairs: 1, labelers: 2 },
      { prompt: 'some', disagreement: 1 - 2 / 3, pairs: 3, labelers: 2 },
    ]);
    expect(disputedPrompts(labels, 1)).toHaveLength(1);
  });
});
