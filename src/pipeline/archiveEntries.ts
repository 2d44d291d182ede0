/** What a run archive consists of: names of entries, and the lines of its text files. */
import * as v from 'valibot';
import { StorageError } from '../config/errors';
import { shownName, shownValue } from '../config/hiddenText';
import { parseStrictJson } from '../config/strictJson';
import { METRIC_KEYS } from '../metrics/metrics';
import { STAGES, type MetricsRow, type Stage } from './report';

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

const MAX_DEPTH = 12;

/** @throws StorageError with line, place and expectation */
export function parseJson(text: string, where: string): unknown {
  const { value, problem } = parseStrictJson(text, MAX_DEPTH);
  if (problem)
    throw new StorageError(
      `${where}: line ${problem.line}, column ${problem.column}: ${problem.what}; expected ${problem.expected}; use an unchanged archive.`,
    );
  return value;
}

/** One JSON value a line; empty lines are none. @throws StorageError naming the line */
function parseLines<Schema extends v.GenericSchema>(
  text: string,
  name: string,
  schema: Schema,
): v.InferOutput<Schema>[] {
  return text.split('\n').flatMap((line, i) => {
    if (line === '') return [];
    const where = `${name}, line ${i + 1}`;
    const result = v.safeParse(schema, parseJson(line, where), { abortEarly: true });
    if (result.success) return [result.output];
    const [issue] = result.issues;
    throw new StorageError(
      `${where}: ${shownName(v.getDotPath(issue) ?? 'the line')} is ${shownValue(issue.input)}; expected ${shownName(issue.expected ?? 'something else', 200)}; use an unchanged archive.`,
    );
  });
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
      throw new StorageError(
        `${METRICS}, entry ${i + 1}: ${shownName(unknown)} is no metric; expected names of the app's own table; use an archive of this version of the app.`,
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
  const result = v.safeParse(checksums, parseJson(contents, CHECKSUMS), { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new StorageError(
    `${CHECKSUMS}: ${shownName(v.getDotPath(issue) ?? 'it')} is ${shownValue(issue.input)}; expected ${shownName(issue.expected ?? 'something else', 200)}; use an archive of this version of the app.`,
  );
}
