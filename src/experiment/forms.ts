/**
 * The form of every file in an experiment's folder. People copy such folders between machines and edit them, so each file is
 * held against the form of its kind as it is read: the first field that does not fit is named.
 */
import * as v from 'valibot';
import type { ToneInstruction } from '../data/evaluationSuites';
import type { Labeler, LabelerGroup } from '../data/labelers';
import { PROMPT_FAMILIES } from '../data/prompts';
import type { Task } from '../data/promptTypes';
import type { RankedItems } from '../pipeline/rewardModel';
import type { JobKind, JobStamp } from './job';
import { POLICIES, type JobResults } from './results';
import type { StoredFailure } from './scheduler';

/** What a file of this form holds. */
export type Form<T> = v.GenericSchema<unknown, T>;

const finite = v.pipe(v.number(), v.finite());
/** JSON has no NaN: the mean of nothing is written as null. */
const measured = v.pipe(
  v.nullable(finite),
  v.transform((value) => value ?? NaN),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const list = <Schema extends v.GenericSchema>(item: Schema) => v.array(item);
const group = <Schema extends v.GenericSchema>(item: Schema) => v.object({ training: item, heldOut: item });

const interval = { mean: measured, se: measured, low: measured, high: measured, n: count };
const estimate = v.object({ ...interval, values: list(measured) });
const checkPoint = v.object({ step: count, kl: estimate, proxy: estimate, gold: estimate });

const useCase = v.picklist([...new Set(PROMPT_FAMILIES.map((family) => family.useCase))]);
const FAMILIES: ReadonlySet<unknown> = new Set(PROMPT_FAMILIES.map(({ family }) => family));
/** What a prompt asks for is read by the grader alone, which has done its work. */
const task = v.custom<Task>(
  (value) => FAMILIES.has((value as { family?: unknown } | null)?.family),
  'a task of a known family',
);
const prompt = v.object({
  useCase,
  text,
  isConstrained: v.boolean(),
  source: v.picklist(['plain', 'fewShot', 'userBased', 'api']),
  isSensitive: v.boolean(),
  task,
  user: count,
});
const item = v.object({ prompt: list(count), response: list(count) });
const grade = v.object({
  onTask: finite,
  constraint: finite,
  falseFacts: count,
  trueFacts: count,
  hallucination: count,
  rude: count,
  harmful: count,
  opinion: count,
  hedge: count,
  grammar: finite,
  repeats: count,
  ended: count,
  closings: count,
  words: count,
  reward: finite,
  likert: finite,
});
const answers = v.object({
  policy: text,
  specs: list(prompt),
  items: list(item),
  texts: list(text),
  ended: list(v.boolean()),
  grades: list(grade),
  proxy: v.nullable(list(measured)),
  kl: v.nullable(list(measured)),
});

const truths = v.object({
  truthful: estimate,
  informative: estimate,
  myth: estimate,
  noComment: estimate,
  answers: count,
});
const truthSettings = v.object({ plain: truths, mayDecline: truths });
const byTone = <Schema extends v.GenericSchema>(entry: Schema) =>
  v.object({ none: entry, respectful: entry, rude: entry } satisfies Record<ToneInstruction, Schema>);
const tax = v.object({
  pageLoss: estimate,
  suites: v.record(text, estimate),
  chance: v.record(text, measured),
  mean: v.object(interval),
});

const shots = list(v.object({ prompt: text, answer: text }));
const policyName = v.picklist(POLICIES);
const calibration = v.object({
  slope: measured,
  bins: list(v.object({ pairs: count, margin: measured, stated: measured, correct: measured })),
  error: measured,
});
const noise = v.object({ factor: measured, agreement: measured, isReached: v.boolean() });

/** `result.json` of each kind of job. */
export const RESULT_FORMS: { readonly [K in JobKind]: Form<JobResults[K]> } = {
  sft: v.object({
    demonstrations: count,
    epochs: list(v.object({ epoch: count, loss: measured, validationLoss: measured })),
  }),
  reward: v.object({
    comparisons: count,
    validationAccuracy: measured,
    labelerNoise: v.nullable(group(noise)),
    epochScores: list(measured),
  }),
  ppo: v.object({
    klCoef: finite,
    ptxCoef: finite,
    rows: list(
      v.object({
        step: count,
        kl: measured,
        score: measured,
        trueScore: measured,
        entropy: measured,
        length: measured,
      }),
    ),
    checks: list(checkPoint),
    pageLoss: estimate,
  }),
  prompted: v.object({ shots, candidates: list(v.object({ shots, score: estimate })) }),
  publicTasks: v.object({ examples: count, families: list(text), validationLoss: measured }),
  policy: v.object({
    policy: policyName,
    answers,
    completionAnswers: v.nullable(answers),
    truth: v.object({ held: truthSettings, seen: truthSettings }),
    toxicity: byTone(estimate),
    bias: v.nullable(byTone(v.object({ entropy: estimate, stereotype: estimate }))),
    tax: v.nullable(tax),
  }),
  judge: v.object({
    against: policyName,
    policies: list(
      v.object({
        policy: policyName,
        winRate: group(estimate),
        completionWinRate: v.nullable(group(estimate)),
        byUseCase: v.record(useCase, estimate),
      }),
    ),
  }),
  bestOfN: v.object({
    samples: count,
    points: list(v.object({ n: count, kl: measured, proxy: estimate, gold: estimate })),
  }),
  rewardStudy: v.object({
    report: v.object({
      training: estimate,
      heldOut: estimate,
      trueReward: estimate,
      lengthOnly: estimate,
      labelerAgreement: estimate,
      calibration,
    }),
    heldOutAgreement: estimate,
  }),
  rewardSizes: v.object({
    points: list(
      v.object({ prompts: count, comparisons: count, training: estimate, heldOut: estimate, trueReward: estimate }),
    ),
  }),
  crossValidation: v.object({
    own: estimate,
    other: estimate,
    drop: estimate,
    folds: list(v.object({ leftOut: text, own: estimate, other: estimate })),
  }),
  sftEpochs: v.object({
    epochs: list(v.object({ epoch: count, validationLoss: measured, proxy: estimate, gold: estimate })),
  }),
  round: v.object({
    round: count,
    comparisons: count,
    rewardAccuracy: estimate,
    gold: estimate,
    winRate: estimate,
  }),
};

const ranked = list(v.object({ items: list(item), ranks: list(count) }));
const labelers = (name: LabelerGroup) =>
  list(
    v.object({
      id: text,
      group: v.literal(name),
      cohort: text,
      weights: v.record(text, finite) as unknown as Form<Labeler['weights']>,
      lengthTaste: finite,
      closingTaste: finite,
      noise: finite,
      overlooks: finite,
      lapses: finite,
      haste: finite,
    }),
  );

/** What jobs keep for others beside their result, by its name; rankings are in the order of the prompts that are ranked. */
export interface JobData {
  rankings: { train: RankedItems[]; validation: RankedItems[] };
  labelers: Record<LabelerGroup, Labeler[]>;
}
export const DATA_FORMS: { readonly [K in keyof JobData]: Form<JobData[K]> } = {
  rankings: v.object({ train: ranked, validation: ranked }),
  labelers: v.object({ training: labelers('training'), heldOut: labelers('heldOut') }),
};

export const STAMP_FORM: Form<JobStamp> = v.object({
  inputs: text,
  seconds: v.pipe(finite, v.minValue(0)),
  leakedTensors: v.pipe(v.number(), v.integer()),
});

export const FAILURE_FORM: Form<StoredFailure> = v.object({ attempt: text, message: text });
