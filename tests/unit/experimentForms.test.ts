/** Every file of an experiment's folder has a form; what does not fit it is refused by field. */
import { expect, test } from 'vitest';
import { estimateOf } from '../../src/evaluation/estimate';
import { DATA_FORMS, FAILURE_FORM, RESULT_FORMS, STAMP_FORM, type Form } from '../../src/experiment/forms';
import type { JobResults } from '../../src/experiment/results';
import { parseFile } from '../../src/experiment/store';

const e = estimateOf([0.25, 0.75]);
const tones = <T>(entry: T) => ({ none: entry, respectful: entry, rude: entry });
const groups = <T>(entry: T) => ({ training: entry, heldOut: entry });
const item = { prompt: [1, 2], response: [3] };
const truth = { truthful: e, informative: e, myth: e, noComment: e, answers: 2 };
const grade = {
  ...{ onTask: 0.5, constraint: 1, falseFacts: 0, trueFacts: 1, hallucination: 0, rude: 0, harmful: 0, opinion: 0 },
  ...{ hedge: 0, grammar: 0.9, repeats: 0, ended: 1, closings: 0, words: 5, reward: -0.4, likert: 3.1 },
};
const prompt = {
  ...{ useCase: 'closedQa' as const, text: 'Who?', isConstrained: false, source: 'api' as const, isSensitive: false },
  ...{ task: { family: 'closed' as const, references: ['x'] }, user: 3 },
};
const answers: JobResults['policy']['answers'] = {
  ...{ policy: 'ppo', specs: [prompt], items: [item], texts: ['He.'], ended: [true], grades: [grade] },
  ...{ proxy: [0.1], kl: null },
};
const truths = { plain: truth, mayDecline: truth };

const RESULTS: JobResults = {
  sft: { demonstrations: 24, epochs: [{ epoch: 1, loss: 0.5, validationLoss: 0.6 }] },
  reward: {
    ...{ comparisons: 60, validationAccuracy: NaN, epochScores: [0.1] },
    labelerNoise: groups({ factor: 1.5, agreement: 0.72, isReached: true }),
  },
  ppo: {
    ...{ klCoef: 0.1, ptxCoef: 0, pageLoss: e, checks: [{ step: 4, kl: e, proxy: e, gold: e }] },
    rows: [{ step: 1, kl: 0.1, score: 0.2, trueScore: 0.3, entropy: 0.4, length: 5 }],
  },
  prompted: { shots: [{ prompt: 'p', answer: 'a' }], candidates: [{ shots: [], score: e }] },
  publicTasks: { examples: 20, families: ['past'], validationLoss: 0.4 },
  policy: {
    ...{ policy: 'ppo', answers, completionAnswers: answers, truth: { held: truths, seen: truths } },
    ...{ toxicity: tones(e), bias: tones({ entropy: e, stereotype: e }) },
    tax: { pageLoss: e, suites: { facts: e }, chance: { facts: 0.1 }, mean: { mean: 0, se: 0, low: 0, high: 0, n: 2 } },
  },
  judge: {
    against: 'sft',
    policies: [{ policy: 'ppo', winRate: groups(e), completionWinRate: groups(e), byUseCase: { closedQa: e } }],
  },
  bestOfN: { samples: 8, points: [{ n: 4, kl: 0.6, proxy: e, gold: e }] },
  rewardStudy: {
    heldOutAgreement: e,
    report: {
      ...{ training: e, heldOut: e, trueReward: e, lengthOnly: e, labelerAgreement: e },
      calibration: { slope: 1, bins: [{ pairs: 3, margin: 0.2, stated: 0.6, correct: 0.7 }], error: 0.1 },
    },
  },
  rewardSizes: { points: [{ prompts: 30, comparisons: 100, training: e, heldOut: e, trueReward: e }] },
  crossValidation: { own: e, other: e, drop: e, folds: [{ leftOut: 'first', own: e, other: e }] },
  sftEpochs: { epochs: [{ epoch: 1, validationLoss: 0.5, proxy: e, gold: e }] },
  round: { round: 2, comparisons: 100, rewardAccuracy: e, gold: e, winRate: e },
};

const labeler = {
  ...{ id: 'training-01', group: 'training' as const, cohort: 'first', lengthTaste: 0, closingTaste: 0, noise: 0.1 },
  ...{ overlooks: 0.1, lapses: 0.1, haste: 0.1 },
  weights: {
    ...{ onTask: 1, constraint: 1, falseFacts: 1, rude: 1, harmful: 1, grammar: 1, repeats: 1, ended: 1 },
  },
};
const rankings = [{ items: [item, item], ranks: [1, 0] }];
const OTHERS: [string, Form<unknown>, object][] = [
  ['rankings', DATA_FORMS.rankings, { train: rankings, validation: rankings }],
  [
    'labelers',
    DATA_FORMS.labelers,
    { training: [labeler], heldOut: [{ ...labeler, id: 'held-01', group: 'heldOut' }] },
  ],
  ['stamp', STAMP_FORM, { inputs: 'abc', seconds: 3.5, leakedTensors: 0 }],
  ['failure', FAILURE_FORM, { attempt: '1', message: 'no room' }],
];
const FILES: [string, Form<unknown>, object][] = [
  ...(Object.keys(RESULTS) as (keyof JobResults)[]).map((kind): [string, Form<unknown>, object] => [
    kind,
    RESULT_FORMS[kind],
    RESULTS[kind],
  ]),
  ...OTHERS,
];

const written = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The way to every field that holds no other. */
function leaves(value: unknown, way: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [way];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, [...way, key]));
}

/** The same with one field replaced. */
function spoilt(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const parts = value as Record<string, unknown>;
  const changed = { ...parts, [key]: spoilt(parts[key], rest, other) };
  return Array.isArray(value) ? Object.values(changed) : changed;
}

test.each(FILES)('%s comes back as it was written, NaN included', (name, form, value) => {
  expect(parseFile(written(value), `${name}.json`, form)).toEqual(value);
});

test.each(FILES)('%s with any field of another type is refused, and the field named', (name, form, value) => {
  for (const way of leaves(value)) {
    // What a task asks for is the grader's business, which has done its work; only its family is looked at.
    if (way.includes('references')) continue;
    const broken = written(spoilt(value, way, { no: 'such thing' }));
    // A message shows six keys on the way to a field and says that the rest is deeper.
    const [field] = way.slice(0, 6).join('.').split('.family');
    expect(() => parseFile(broken, `${name}.json`, form), way.join('.')).toThrow(`${name}.json: ${field}`);
  }
});

test.each(FILES)('%s that lacks a field, or is something else altogether, is refused', (name, form, value) => {
  for (const key of Object.keys(value)) {
    const { [key]: _gone, ...rest } = value as Record<string, unknown>;
    expect(() => parseFile(written(rest), `${name}.json`, form), key).toThrow(key);
  }
  expect(() => parseFile(written([]), `${name}.json`, form)).toThrow(/expected/);
});

test('says the file, the field, what stands there, what was expected, and what to do', () => {
  const broken = written({ ...RESULTS.round, comparisons: -3 });
  expect(() => parseFile(broken, 'jobs/nano-s1-round/result.json', RESULT_FORMS.round)).toThrow(
    'jobs/nano-s1-round/result.json: comparisons is -3; expected >=0; delete its folder and start again.',
  );
});

test('a file beside the jobs costs none of them', () => {
  expect(() => parseFile(written({ inputs: 7 }), 'start.json', STAMP_FORM)).toThrow('; delete it and start again.');
});
