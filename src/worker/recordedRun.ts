/** Reads recorded runs. A page that replays one must never meet an event that it cannot draw. */
import * as v from 'valibot';
import { readOutside, readSettings, refusal } from '../config/outside';
import { METRIC_KEYS } from '../metrics/metrics';
import { STAGES, type RecordedRun } from './protocol';

/** Sizes above which a file is not believed to be a recording: characters, events, entries of one list. */
export const RECORDED_LIMITS = { length: 32 << 20, events: 100_000, list: 10_000, text: 4000 } as const;

/** File, events, event, items, answer, numbers, alternatives, policies, tokens, token, and one to spare. */
const MAX_DEPTH = 12;

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(RECORDED_LIMITS.text));
const list = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.maxLength(RECORDED_LIMITS.list));
const stage = v.picklist(STAGES);
const stageState = v.picklist(['empty', 'ready', 'running', 'done']);

const statusSchema = v.strictObject({
  type: v.literal('status'),
  status: v.strictObject({
    state: v.picklist(['idle', 'loading', 'running', 'paused', 'done', 'stopped', 'failed']),
    plan: v.nullable(v.picklist(['ppo', 'all', 'scratch'])),
    stage: v.nullable(stage),
    stages: v.strictObject({ pretrain: stageState, sft: stageState, rm: stageState, ppo: stageState }),
    step: count,
    totalSteps: count,
    episodes: count,
    tokensPerSecond: finite,
    etaSeconds: v.nullable(finite),
    activity: v.nullable(text),
    memoryMb: finite,
  }),
});

const alternatives = list(v.strictObject({ token: text, probability: finite }));
const numbersSchema = v.strictObject({
  logprobs: list(finite),
  entropies: list(finite),
  reference: v.nullable(v.strictObject({ policy: v.picklist(['base', 'sft']), logprobs: list(finite) })),
  alternatives: list(v.strictObject({ policy: alternatives, reference: v.nullable(alternatives) })),
  credit: v.nullable(
    v.strictObject({
      values: list(finite),
      kl: list(finite),
      rewards: list(finite),
      advantages: list(finite),
      returns: list(finite),
      score: finite,
      scoreUsed: finite,
      klCoef: finite,
      klEstimator: v.picklist(['k1', 'k3']),
      gamma: finite,
      lambda: finite,
    }),
  ),
  update: v.nullable(v.strictObject({ before: list(finite), after: list(finite), clipRange: finite })),
});

/** Numbers behind an answer have one entry for each of its tokens. */
const answerSchema = v.pipe(
  v.strictObject({
    prompt: text,
    text,
    tokens: list(text),
    score: v.nullable(finite),
    trueScore: v.nullable(finite),
    kl: v.nullable(finite),
    ended: v.boolean(),
    ids: v.optional(list(count)),
    numbers: v.optional(numbersSchema),
  }),
  v.check(({ tokens, ids, numbers }) => {
    const lists = [ids, numbers?.logprobs, numbers?.entropies, numbers?.alternatives, numbers?.reference?.logprobs];
    const { credit, update } = numbers ?? {};
    lists.push(credit?.values, credit?.kl, credit?.rewards, credit?.advantages, credit?.returns);
    lists.push(update?.before, update?.after);
    return lists.every((entries) => entries === undefined || entries.length === tokens.length);
  }, 'one entry for each token'),
);

const completionsSchema = v.strictObject({
  type: v.literal('completions'),
  policy: v.picklist(['base', 'sft', 'ppo']),
  step: count,
  items: list(answerSchema),
});

const stageDoneSchema = v.strictObject({
  type: v.literal('stageDone'),
  stage,
  summary: v.record(v.picklist(METRIC_KEYS), finite),
});

const metricsSchema = v.pipe(
  v.strictObject({
    type: v.literal('metrics'),
    stage,
    keys: list(v.picklist(METRIC_KEYS)),
    steps: list(count),
    values: list(v.nullable(finite)),
  }),
  v.check(({ keys, steps, values }) => values.length === keys.length * steps.length, 'one value for each key and step'),
);

const eventSchema = v.variant('type', [statusSchema, completionsSchema, stageDoneSchema, metricsSchema]);

const fileSchema = v.strictObject({
  version: v.literal(1),
  settings: v.unknown(),
  provenance: text,
  events: v.pipe(
    v.array(v.strictObject({ atMs: v.pipe(finite, v.minValue(0)), event: eventSchema })),
    v.maxLength(RECORDED_LIMITS.events),
  ),
});

const REMEDY = 'take the file that ships with the page, or record it anew';
const broken = (where: string, what: string, expected: string) => refusal({ where, remedy: REMEDY }, what, expected);

/** @throws StorageError naming the place that is wrong */
export function parseRecordedRun(source: string, where: string): RecordedRun {
  const form = { where, length: RECORDED_LIMITS.length, depth: MAX_DEPTH, remedy: REMEDY };
  const { events, ...rest } = readOutside(source, fileSchema, form);
  const late = events.findIndex(({ atMs }, i) => i > 0 && atMs < events[i - 1].atMs);
  if (late >= 0) throw broken(where, `event ${late} is earlier than the one before`, 'events in order of time');
  return { ...rest, settings: readSettings(rest.settings, form), events };
}
