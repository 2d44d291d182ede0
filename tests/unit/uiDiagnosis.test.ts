import { describe, expect, it } from 'vitest';
import type { Collapse, CollapseSign } from '../../src/metrics/collapse';
import { collapseLabels } from '../../src/ui/state/collapseWords';
import { diagnose, type DiagnosisInput } from '../../src/ui/state/diagnosis';

function healthy(updates: number): DiagnosisInput {
  const line = (f: (i: number) => number) => Array.from({ length: updates }, (_, i) => f(i));
  return {
    isDiverged: false,
    kl: line((i) => i * 0.1),
    ratio: line(() => 1),
    entropy: line(() => 0.5),
    trueScore: line((i) => 0.3 + i * 0.005),
    scores: line((i) => -0.3 + i * 0.02),
    collapses: [],
    klCoef: 0.1,
    valueWarmup: 0,
  };
}

describe('diagnosis of a PPO run', () => {
  it('waits before the first update', () => {
    expect(diagnose(healthy(0)).level).toBe('waiting');
  });

  it('says that the policy stands still while the critic warms up, and starts counting there', () => {
    expect(diagnose({ ...healthy(5), valueWarmup: 5 })).toMatchObject({
      level: 'waiting',
      title: 'The critic warms up.',
    });
    expect(diagnose({ ...healthy(40), valueWarmup: 5 }).sentence).toContain('Score rose from −0.26 to 0.46');
  });

  it('calls a rising score at small KL healthy and says the numbers', () => {
    const { level, sentence } = diagnose(healthy(40));
    expect(level).toBe('healthy');
    expect(sentence).toContain('Score rose from −0.30 to 0.46 over 40 updates');
  });

  it('puts a value that is not finite before every other rule', () => {
    expect(diagnose({ ...healthy(40), isDiverged: true, ratio: [5] }).level).toBe('stopped');
  });

  it('names disagreeing text only after five updates below −0.5', () => {
    expect(diagnose({ ...healthy(20), kl: [-0.6, -0.6, -0.6, -0.6] }).level).toBe('healthy');
    expect(diagnose({ ...healthy(20), kl: [0, -0.6, -0.6, -0.6, -0.6, -0.6] }).title).toContain('disagree');
  });

  it.each([0.4, 2.1])('calls a ratio of %d too large an update', (ratio) => {
    expect(diagnose({ ...healthy(20), ratio: [1, ratio] })).toMatchObject({
      title: 'Updates too large.',
      repair: { key: 'ppo.learningRate' },
    });
  });

  it('suspects gaming when KL accelerates while entropy and true score fall', () => {
    const updates = Array.from({ length: 32 }, (_, i) => i);
    const gaming = {
      ...healthy(32),
      kl: updates.map((i) => 0.01 * i * i),
      entropy: updates.map((i) => 0.6 - 0.01 * i),
      trueScore: updates.map((i) => 0.7 - 0.01 * i),
    };
    const { title, repair } = diagnose(gaming);
    expect(title).toContain('May be gaming');
    expect(repair).toMatchObject({ key: 'ppo.klCoef', value: 0.2 });
    expect(diagnose({ ...gaming, trueScore: updates.map(() => 0.7) }).level).toBe('healthy');
    const steady = { ...gaming, kl: updates.map((i) => 0.1 * i), scores: updates.map(() => 0.2) };
    expect(diagnose(steady).level).toBe('healthy');
  });

  it('suspects gaming when score and true score have parted, whatever KL and entropy do', () => {
    const parted = { ...healthy(30), trueScore: healthy(30).scores.map((_, i) => 0.4 - i * 0.02) };
    const { title, sentence, repair } = diagnose(parted);
    expect(title).toContain('May be gaming');
    expect(sentence).toContain('from −0.23 to 0.21 while the true score went from 0.33 to −0.11');
    expect(repair).toMatchObject({ key: 'ppo.klCoef', value: 0.2 });
    expect(diagnose({ ...parted, scores: parted.scores.map(() => 0.2) }).level).toBe('healthy');
    expect(diagnose({ ...parted, trueScore: parted.trueScore.slice(0, 15) }).level).toBe('healthy');
  });

  it('offers a leash where there was none', () => {
    const updates = Array.from({ length: 32 }, (_, i) => i);
    const loose = {
      ...healthy(32),
      klCoef: 0,
      kl: updates.map((i) => 0.01 * i * i),
      entropy: updates.map((i) => 0.6 - 0.01 * i),
      trueScore: updates.map((i) => 0.7 - 0.01 * i),
    };
    expect(diagnose(loose).repair?.value).toBe(0.05);
  });

  const collapse = (sign: CollapseSign): Collapse => ({ sign, from: 12, until: null, most: 62.5 });

  it.each([
    ['collapse/empty', 'Answers are empty.', 'ppo.learningRate'],
    ['collapse/identical', 'One answer for everything.', 'ppo.learningRate'],
    ['collapse/repeats', 'Repeats itself.', 'ppo.learningRate'],
    ['collapse/unended', 'Rarely ends.', 'ppo.missingEosPenalty'],
  ] as const)('names %s with its update and its share', (sign, title, key) => {
    const { sentence, ...found } = diagnose({ ...healthy(20), collapses: [collapse(sign)] });
    expect(found).toMatchObject({ level: 'warning', title, repair: { key } });
    expect(sentence).toMatch(/update 12, up to 63 %/);
  });

  it('speaks of the gravest sign, and offers a leash where there was none', () => {
    const collapses = [collapse('collapse/unended'), collapse('collapse/repeats')];
    const { title, repair } = diagnose({ ...healthy(20), collapses, klCoef: 0 });
    expect(title).toBe('Repeats itself.');
    expect(repair).toMatchObject({ key: 'ppo.klCoef', value: 0.05 });
  });
});

it('signs that begin together share their mark', () => {
  const begun = (sign: CollapseSign, from: number): Collapse => ({ sign, from, until: null, most: 90 });
  const marks = collapseLabels([
    begun('collapse/empty', 4),
    begun('collapse/identical', 4),
    begun('collapse/repeats', 9),
  ]);
  expect(marks).toEqual([
    { step: 4, label: 'empty, all alike' },
    { step: 9, label: 'repeats' },
  ]);
});
