/** The schema of a manifest that may come from anywhere: an archive, another version of the app, a damaged database. */
import * as v from 'valibot';
import {
  resolveConfig,
  SETTING_KEYS,
  validateSetting,
  type Config,
  type RunSettings,
  type SettingKey,
} from '../config/config';
import { shownValue } from '../config/hiddenText';
import { checkForm, readSettings, refusal, withSettings } from '../config/outside';
import { ENGINES } from '../kernels/device';
import { METRIC_KEYS } from '../metrics/metrics';
import type { Contributions } from './contributions';
import { STAGES } from './report';
import type { RunManifest } from './snapshot';

/** Version of the manifest and of the names of tensors. */
export const SNAPSHOT_VERSION = 1;

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 40));
const number = v.pipe(v.number(), v.finite());
const word = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff));
/** JSON has no NaN: the share of nothing is null. */
const share = v.nullable(number);
const id = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
const stage = v.picklist(STAGES);
const key = v.picklist(SETTING_KEYS);
const value = v.union([v.number(), v.string(), v.boolean()]);

const random = v.strictTuple([word, word, word, word]);
const passes = v.strictObject({ random, taken: count });
const updates = v.record(v.picklist(['optimizer', 'policyOptimizer', 'valueOptimizer']), count);
const course = <Draws extends v.GenericSchema>(draws: Draws) =>
  v.strictObject({ step: count, tokens: count, draws, updates });

const position = v.union([
  v.strictObject({ stage: v.literal('pretrain'), course: course(random) }),
  v.strictObject({ stage: v.literal('sft'), course: course(passes) }),
  v.strictObject({ stage: v.literal('rm'), phase: v.literal('answers') }),
  v.strictObject({ stage: v.literal('rm'), phase: v.literal('training'), course: course(passes) }),
  v.strictObject({
    stage: v.literal('rm'),
    phase: v.literal('choice'),
    choice: v.strictObject({
      scored: count,
      best: v.nullable(v.strictObject({ score: number, epoch: count })),
    }),
  }),
  v.strictObject({
    stage: v.literal('ppo'),
    course: v.strictObject({ step: count, prompts: passes, shuffle: random, pages: random, updates }),
  }),
]);

const place = v.strictObject({
  stage: v.nullable(stage),
  step: count,
  totalSteps: count,
  episodes: count,
  seconds: v.pipe(number, v.minValue(0)),
});

const noise = v.strictObject({
  factor: v.pipe(number, v.minValue(0)),
  target: number,
  agreement: v.strictObject({
    rate: share,
    standardError: share,
    low: share,
    high: share,
    count,
    tieShare: share,
  }),
  isReached: v.boolean(),
});

const rankingCounts = { rankings: count, pairs: count };
const rewardSources = v.strictObject({
  simulated: v.strictObject(rankingCounts),
  people: v.strictObject({
    ...rankingCounts,
    heldOut: count,
    leftOut: v.strictObject({ skipped: count, oneRank: count, promptTooLong: count }),
  }),
  updates: count,
  check: v.strictObject({ pairs: count, correct: count }),
});

/** Labels have a schema of their own, which whoever reads a file applies. */
const contributions = v.strictObject({
  rankings: v.custom<Contributions['rankings']>(Array.isArray),
  withSimulated: v.boolean(),
  demonstrations: v.custom<Contributions['demonstrations']>(Array.isArray),
  withExamples: v.boolean(),
});

const schema = v.strictObject({
  version: v.literal(SNAPSHOT_VERSION),
  runId: id,
  parent: v.nullable(v.strictObject({ runId: id, stage: v.nullable(stage), step: count })),
  plan: v.picklist(['ppo', 'all', 'scratch']),
  /** Read as everywhere else, by `parseSettings`. */
  settings: v.unknown(),
  changes: v.pipe(v.array(v.strictObject({ stage, step: count, key, value })), v.maxLength(100_000)),
  stages: v.pipe(
    v.array(stage),
    v.check((list) => list.every((name, i) => i === 0 || STAGES.indexOf(name) > STAGES.indexOf(list[i - 1]))),
  ),
  at: place,
  summary: v.record(v.picklist(METRIC_KEYS), number),
  world: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  engine: v.picklist(ENGINES),
  config: v.record(key, value),
  position: v.nullable(position),
  sftEpochs: v.pipe(count, v.maxValue(1000)),
  contributions: v.nullable(contributions),
  rewardSources: v.nullable(rewardSources),
  labelerNoise: v.nullable(v.strictObject({ training: noise, heldOut: noise })),
  ppo: v.nullable(v.strictObject({ klCoef: v.pipe(number, v.minValue(0)), hasAverage: v.boolean() })),
});

/**
 * Reads a manifest that may have come from anywhere. Settings that this version of the app has and the manifest has not are
 * filled in.
 * @param where for messages: "manifest.json", "run amber-fox"
 * @throws StorageError naming the field, what stood there and what was expected
 */
export function checkManifest(manifest: unknown, where: string): RunManifest {
  const document = { where, remedy: 'use an unchanged file, made by this version of the app' };
  if (isObject(manifest) && manifest.version !== SNAPSHOT_VERSION)
    throw refusal(document, `version is ${shownValue(manifest.version)}`, `${SNAPSHOT_VERSION}`);
  const read = checkForm(schema, manifest, document);
  const begun = read.position && read.stages[0];
  if (read.position && begun !== read.position.stage)
    throw refusal(
      document,
      `position.stage is ${shownValue(read.position.stage)}`,
      `${begun ?? 'none'}, the first stage that is not finished`,
    );
  const settings = readSettings(read.settings, document);
  const config = withSettings(document, () => checkedConfig(settings, read.config));
  return { ...read, settings, config } as RunManifest;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** @throws ConfigError */
function checkedConfig(settings: RunSettings, values: object): Config {
  const checked = Object.entries(values).map(([name, value]) => [name, validateSetting(name as SettingKey, value)]);
  // Resolving checks the rules between settings as well.
  const overrides = { ...settings.overrides, ...Object.fromEntries(checked) };
  return resolveConfig({ ...settings, overrides });
}
