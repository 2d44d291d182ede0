import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabels, serialiseLabels } from '../../src/data/labelFiles';
import { deskStats, dueRepeat } from '../../src/ui/desk/deskStats';
import { peopleOf, sideByGroup, sideName } from '../../src/ui/desk/people';
import {
  canSubmit,
  countPairs,
  draftOf,
  emptyDraft,
  labelOf,
  nextUnranked,
  place,
  ranksOf,
  rate,
  tieWithAbove,
  toggleFlag,
  type RankDraft,
} from '../../src/ui/desk/rankDraft';
import type { DeskItem, LabelRecord, RankingLabel } from '../../src/worker/protocol';

const item: DeskItem = {
  prompt: 'What does the fox eat?',
  answers: ['Bread.', 'Cheese.', 'No.', 'Yes.'].map((text) => ({ text, ended: true, source: 'sft', tokens: [7] })),
  facts: [],
};
const around = { labeler: 'wren', group: '', seconds: 3.14, isRating: true };
const ranked = (...lanes: (number | null)[]): RankDraft => ({ ...emptyDraft(lanes.length), lanes });

describe('a judgement in the making', () => {
  it('becomes a label that a file can hold, whatever was pasted', () => {
    const draft = { ...ranked(0, 1, 2, 3), note: 'see\u200B \u202Ethis\0' };
    const label = labelOf(item, draft, { ...around, group: '\u2066' });
    expect(label).toMatchObject({ note: 'see this' });
    expect(label).not.toHaveProperty('group');
    expect(parseLabels(serialiseLabels([label])).labels).toEqual([label]);
  });

  it('places answers, and refuses lanes that do not exist', () => {
    const draft = place(place(emptyDraft(4), 2, 0), 0, 3);
    expect(draft.lanes).toEqual([3, null, 0, null]);
    expect(place(draft, 1, 4)).toBe(draft);
    expect(place(draft, 2, null).lanes).toEqual([3, null, null, null]);
  });

  it('ties with the group above: the next better one, or the worst so far for an answer without a rank', () => {
    expect(tieWithAbove(ranked(0, 2, 3, null), 2).lanes).toEqual([0, 2, 2, null]);
    expect(tieWithAbove(ranked(0, 2, 1, null), 3).lanes).toEqual([0, 2, 1, 2]);
    const first = ranked(0, 1, null, null);
    expect(tieWithAbove(first, 0)).toBe(first);
  });

  it('goes on to the next answer without a rank and stays when there is none', () => {
    expect(nextUnranked(ranked(0, null, 1, null), 2)).toBe(3);
    expect(nextUnranked(ranked(0, null, 1, 2), 3)).toBe(1);
    expect(nextUnranked(ranked(0, 1, 2, 3), 2)).toBe(2);
  });

  it('closes gaps between lanes and keeps order and ties', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(8)), { minLength: 2, maxLength: 9 }), (lanes) => {
        const ranks = ranksOf(lanes);
        const used = ranks.filter((rank) => rank !== null);
        for (let i = 0; i < lanes.length; i++) {
          expect(ranks[i] === null).toBe(lanes[i] === null);
          for (let j = 0; j < lanes.length; j++)
            if (lanes[i] !== null && lanes[j] !== null)
              expect(Math.sign(ranks[i]! - ranks[j]!)).toBe(Math.sign(lanes[i]! - lanes[j]!));
        }
        // Every rank from 0 to the worst occurs.
        expect(new Set(used).size).toBe(used.length === 0 ? 0 : Math.max(...used) + 1);
      }),
    );
  });

  it('counts comparisons, ties and what is still open; together they are all pairs', () => {
    expect(countPairs([0, 1, 2, 3])).toEqual({ pairs: 6, ties: 0, open: 0 });
    expect(countPairs([2, 0, 2, 1])).toEqual({ pairs: 5, ties: 1, open: 0 });
    expect(countPairs([0, null, 1, null])).toEqual({ pairs: 1, ties: 0, open: 5 });
  });

  it('can be submitted with two ranks, or when all answers are bad', () => {
    expect(canSubmit(ranked(0, null, null, null))).toBe(false);
    expect(canSubmit(ranked(0, 0, null, null))).toBe(true);
    expect(canSubmit({ ...emptyDraft(4), isAllBad: true })).toBe(true);
  });

  it('becomes a label, and the label the same judgement again', () => {
    let draft = ranked(3, 0, 3, null);
    draft = toggleFlag(rate(draft, 1, 7), 0, 'falseFact');
    const label = labelOf(item, { ...draft, note: ' hm ' }, around);
    expect(label).toMatchObject({ ranks: [1, 0, 1, null], likert: [null, 7, null, null], note: 'hm', seconds: 3.1 });
    expect(label.flags).toEqual([['falseFact'], [], [], []]);
    expect(label.tokens).toEqual([[7], [7], [7], [7]]);
    expect(label).not.toHaveProperty('group');
    expect(labelOf(item, draftOf(label), around)).toEqual(label);
  });

  it('says nothing about ranks when it was skipped, and nothing about ratings when they are off', () => {
    const draft = rate(ranked(0, 1, 2, 3), 0, 5);
    expect(labelOf(item, draft, { ...around, skipped: 'unclear' })).toMatchObject({
      skipped: 'unclear',
      ranks: [null, null, null, null],
    });
    expect(labelOf(item, draft, { ...around, isRating: false })).not.toHaveProperty('likert');
  });
});

const record = (id: number, change: Partial<RankingLabel> = {}, repeatOf: string | null = null): LabelRecord => ({
  id: String(id),
  madeAt: id,
  label: { ...labelOf(item, ranked(0, 1, 2, 3), around), ...change },
  repeatOf,
  drawnAs: repeatOf === null ? id : null,
});

describe('progress at the desk', () => {
  it('counts items that teach once, with the median of their seconds', () => {
    const records = [
      record(1, { seconds: 2 }),
      record(2, { seconds: 9 }),
      record(3, { skipped: 'unclear', ranks: [null, null, null, null] }),
      record(4, { seconds: 4, answers: ['Yes.', 'No.', 'Cheese.', 'Bread.'], ranks: [3, 2, 0, 1] }, '1'),
    ];
    expect(deskStats(records)).toEqual({
      items: 2,
      pairs: 12,
      skipped: 1,
      medianSeconds: 4,
      // The item came back in another order; only bread against cheese was decided differently.
      repeats: { items: 1, pairs: 6, same: 5 },
    });
  });

  it('has no median before the first item', () => {
    expect(deskStats([]).medianSeconds).toBeNull();
  });

  it('brings back one item in ten, the oldest that has not come back, and never a fresh or skipped one', () => {
    const records = Array.from({ length: 9 }, (_, i) => record(i, i === 0 ? { skipped: 'unclear' } : {}));
    expect(dueRepeat(records)?.id).toBe('1');
    expect(dueRepeat(records.slice(1))).toBeNull();
    const later = [...records, record(9, {}, '1'), ...Array.from({ length: 9 }, (_, i) => record(10 + i))];
    expect(dueRepeat(later)?.id).toBe('2');
  });
});

describe('people of a class', () => {
  const label = (labeler: string, group?: string): RankingLabel => ({
    ...record(1).label,
    labeler,
    ...(group !== undefined && { group }),
  });
  const pool = [label('wren', 'red'), label('moss', 'blue'), label('wren', 'red'), label('zed')];

  it('are counted by name, and stand by their group while there are two groups', () => {
    const people = peopleOf(pool);
    expect(people.map(({ name, rankings }) => [name, rankings])).toEqual([
      ['wren', 2],
      ['moss', 1],
      ['zed', 1],
    ]);
    expect(people.map(({ name }) => sideByGroup(people, name))).toEqual(['a', 'b', null]);
    expect(sideByGroup(peopleOf([...pool, label('ivy', 'green')]), 'wren')).toBeNull();
  });

  it('lend a side their common group, else their name, else its letter', () => {
    const [wren, moss, zed] = peopleOf(pool);
    expect(sideName([wren], 'a')).toBe('red');
    expect(sideName([zed], 'b')).toBe('zed');
    expect(sideName([wren, moss], 'a')).toBe('A');
  });
});
