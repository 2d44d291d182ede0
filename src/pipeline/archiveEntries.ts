/**
 * What a run archive consists of: manifest, models and optimisers as safetensors, metrics, samples, labels, and the SHA-256
 * of every entry. Here are the names of entries, and the lines of the text files.
 */
import * as v from 'valibot';
import { shownName } from '../config/hiddenText';
import { readOutside, readOutsideJson, refusal } from '../config/outside';
import { METRIC_KEYS } from '../metrics/metrics';
import { STAGES, type MetricsRow, type Stage } from './report';
import type { RunSnapshot } from './snapshot';

/** Version of names and lines, as `checksums.json` states it. */
export const ARCHIVE_VERSION = 1;

export const CHECKSUMS = 'checksums.json';
export const MANIFEST = 'manifest.json';
export const ANSWERS = 'answers.jsonl';
export const METRICS = 'metrics.jsonl';
export const SAMPLES = 'samples.jsonl';
export const LABELS = 'labels.jsonl';

/** Sizes above which an archive is not believed. Bytes, but for `entries`. */
export interface ArchiveLimits {
  /** Of the file. */
  packed: number;
  /** Of all entries together, unpacked. */
  unpacked: number;
  /** Of one text file, unpacked. */
  text: number;
  entries: number;
}
export const ARCHIVE_LIMITS: ArchiveLimits = { packed: 1 << 30, unpacked: 1 << 30, text: 64 << 20, entries: 1100 };

const TENSOR_FILES =
  /^(models\/(base|sft|rewardModel|policy|valueModel|unfinishedRewardModel|learner|sftEpoch[1-9]\d{0,2})|(optimizer|policyOptimizer|valueOptimizer)\/(first|second))\.safetensors$/;
const TEXT_FILES: readonly string[] = [CHECKSUMS, MANIFEST, ANSWERS, METRICS, SAMPLES, LABELS];

/** What an entry of this name holds; null for names that no archive has. */
export function kindOfEntry(name: string): 'text' | 'tensors' | null {
  if (TEXT_FILES.includes(name)) return 'text';
  return TENSOR_FILES.test(name) ? 'tensors' : null;
}

/** A step's metrics. */
export interface ArchivedMetrics extends MetricsRow {
  stage: Stage;
}

/** An answer that the board showed. */
export interface ArchivedSample {
  policy: 'base' | 'sft' | 'ppo';
  /** The stage that ran, and its steps so far. */
  stage: Stage | null;
  step: number;
  prompt: string;
  text: string;
  tokens: string[];
  score: number | null;
  trueScore: number | null;
  kl: number | null;
  ended: boolean;
}

/** A whole run. */
export interface RunArchive {
  snapshot: RunSnapshot;
  metrics: ArchivedMetrics[];
  samples: ArchivedSample[];
}

const MAX_DEPTH = 12;
export const ARCHIVE_REMEDY = 'use an unchanged archive, made by this version of the app';

/** What an entry, or a line of one, may be. */
const documentAt = (where: string) => ({
  where,
  length: ARCHIVE_LIMITS.text,
  depth: MAX_DEPTH,
  remedy: ARCHIVE_REMEDY,
});

/** @throws StorageError with line, place and expectation */
export function parseJson(text: string, where: string): unknown {
  return readOutsideJson(text, documentAt(where));
}

/** One JSON value a line; empty lines are none. @throws StorageError naming the line */
function parseLines<Schema extends v.GenericSchema>(
  text: string,
  name: string,
  schema: Schema,
): v.InferOutput<Schema>[] {
  return text
    .split('\n')
    .flatMap((line, i) => (line === '' ? [] : [readOutside(line, schema, documentAt(`${name}, line ${i + 1}`))]));
}

const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 40));
const finite = v.pipe(v.number(), v.finite());
const stage = v.picklist(STAGES);
const text = v.pipe(v.string(), v.maxLength(20_000));

const metricsLine = v.objectWithRest({ stage, step: count }, finite);
const metricKeys: ReadonlySet<string> = new Set(METRIC_KEYS);

/** `{"stage":"ppo","step":3,"objective/kl":0.2}` a line. Values that are no numbers are left out. */
export function writeMetrics(rows: readonly ArchivedMetrics[]): string {
  return lines(
    rows.map(({ stage, step, metrics }) => {
      const finite = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
      return { stage, step, ...Object.fromEntries(finite) };
    }),
  );
}

/** @throws StorageError */
export function readMetrics(contents: string): ArchivedMetrics[] {
  return parseLines(contents, METRICS, metricsLine).map(({ stage, step, ...metrics }, i) => {
    const unknown = Object.keys(metrics).find((name) => !metricKeys.has(name));
    if (unknown !== undefined)
      throw refusal(
        documentAt(`${METRICS}, entry ${i + 1}`),
        `${shownName(unknown)} is no metric`,
        "names of the app's own table",
      );
    return { stage, step, metrics: metrics as MetricsRow['metrics'] };
  });
}

const sample = v.strictObject({
  policy: v.picklist(['base', 'sft', 'ppo']),
  stage: v.nullable(stage),
  step: count,
  prompt: text,
  text,
  tokens: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(4096)),
  score: v.nullable(finite),
  trueScore: v.nullable(finite),
  kl: v.nullable(finite),
  ended: v.boolean(),
});

export const writeSamples = (samples: readonly ArchivedSample[]): string => lines(samples);
/** @throws StorageError */
export const readSamples = (contents: string): ArchivedSample[] => parseLines(contents, SAMPLES, sample);

const tokens = v.pipe(v.array(v.pipe(count, v.maxValue(65_535))), v.maxLength(4096));

export const writeAnswers = (answers: readonly (readonly number[])[]): string => lines(answers);
/** @throws StorageError */
export const readAnswers = (contents: string): number[][] => parseLines(contents, ANSWERS, tokens);

const checksums = v.strictObject({
  version: v.literal(ARCHIVE_VERSION),
  files: v.record(v.string(), v.strictObject({ bytes: count, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) })),
});
export type Checksums = v.InferOutput<typeof checksums>;

/** @throws StorageError */
export function readChecksums(contents: string): Checksums {
  return readOutside(contents, checksums, documentAt(CHECKSUMS));
}
