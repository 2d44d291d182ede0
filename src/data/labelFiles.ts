/** Label files: one label per line, as JSON. */
import * as v from 'valibot';
import { FIELD_RULES, PER_ANSWER, demonstrationSchema, rankingSchema } from './labelSchema';
import type { DemonstrationLabel, RankingLabel } from './labels';

export interface LabelFileLimits {
  /** Of the whole file, UTF-16 code units, which for plain English are bytes. */
  readonly maxLength: number;
  readonly maxLines: number;
  /** Of one line. */
  readonly maxLineLength: number;
}

export const LABEL_FILE_LIMITS: LabelFileLimits = { maxLength: 32 << 20, maxLines: 100_000, maxLineLength: 128 << 10 };

/** Why a line was not read. Ready to be shown. */
export interface RejectedLine {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  /** Path such as `ranks.2`; `line` or `file` when there is no field to name. */
  readonly field: string;
  /** What stood there, shortened. */
  readonly value: string;
  readonly expected: string;
  readonly remedy: string;
}

export interface ParsedLabels {
  readonly labels: RankingLabel[];
  readonly demonstrations: DemonstrationLabel[];
  readonly rejected: RejectedLine[];
}

/** Own keys that would reach an object's prototype when somebody copies them carelessly. */
const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype'];
const SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > SHOWN_CHARACTERS ? `${json.slice(0, SHOWN_CHARACTERS)}…` : json;
}

function fileTooLarge(field: string, value: number, most: number): RejectedLine {
  return { line: 0, field: 'file', value: `${value} ${field}`, expected: `at most ${most}`, remedy: 'Split the file.' };
}

/** A problem of a line without its number. */
type Problem = Omit<RejectedLine, 'line'>;

function unknownKey(record: object, known: object): Problem | null {
  const key = Object.keys(record).find((name) => !Object.hasOwn(known, name) || FORBIDDEN_KEYS.includes(name));
  if (key === undefined) return null;
  const expected = `only ${Object.keys(known).join(', ')}`;
  return { field: shown(key), value: 'unknown field', expected, remedy: 'Remove it.' };
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const path = issue.path?.map(({ key }) => String(key)) ?? [];
  const { expected, remedy } = FIELD_RULES[path[0] as keyof typeof FIELD_RULES];
  return { field: path.join('.'), value: shown(issue.input), expected, remedy };
}

type Line = { ranking: RankingLabel } | { demonstration: DemonstrationLabel } | { problem: Problem };

function parseLine(text: string): Line {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    record = undefined;
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    const expected = 'one JSON object per line';
    return { problem: { field: 'line', value: shown(text), expected, remedy: 'Correct the line or remove it.' } };
  }
  const isDemonstration = Object.hasOwn(record, 'completion');
  const unknown = unknownKey(record, (isDemonstration ? demonstrationSchema : rankingSchema).entries);
  if (unknown) return { problem: unknown };
  if (isDemonstration) {
    const result = v.safeParse(demonstrationSchema, record, { abortEarly: true });
    return result.success ? { demonstration: result.output } : { problem: problemOf(result.issues[0]) };
  }
  const result = v.safeParse(rankingSchema, record, { abortEarly: true });
  if (!result.success) return { problem: problemOf(result.issues[0]) };
  const ranking = result.output;
  const uneven = PER_ANSWER.find((field) => (ranking[field] ?? ranking.answers).length !== ranking.answers.length);
  if (uneven === undefined) return { ranking };
  const value = `${ranking[uneven]?.length} entries for ${ranking.answers.length} answers`;
  return { problem: { field: uneven, value, ...FIELD_RULES[uneven] } };
}

/**
 * Reads a label file. Good lines are returned whatever else is in the file; whether to keep them when others were
 * rejected is for the caller to ask. A line with a `completion` is a demonstration, any other one a ranking. Empty lines
 * are skipped. Never throws; time is linear in the length.
 */
export function parseLabels(text: string, limits: LabelFileLimits = LABEL_FILE_LIMITS): ParsedLabels {
  const parsed: ParsedLabels = { labels: [], demonstrations: [], rejected: [] };
  if (text.length > limits.maxLength) {
    parsed.rejected.push(fileTooLarge('characters', text.length, limits.maxLength));
    return parsed;
  }
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.length > limits.maxLines) {
    parsed.rejected.push(fileTooLarge('lines', lines.length, limits.maxLines));
    return parsed;
  }
  lines.forEach((content, i) => {
    if (content.trim() === '') return;
    if (content.length > limits.maxLineLength) {
      const expected = `at most ${limits.maxLineLength} characters`;
      const value = `${content.length} characters`;
      parsed.rejected.push({ line: i + 1, field: 'line', value, expected, remedy: 'Shorten the line or remove it.' });
      return;
    }
    const line = parseLine(content);
    if ('ranking' in line) parsed.labels.push(line.ranking);
    else if ('demonstration' in line) parsed.demonstrations.push(line.demonstration);
    else parsed.rejected.push({ line: i + 1, ...line.problem });
  });
  return parsed;
}

/** Labels as the text of a label file, which {@link parseLabels} reads back unchanged. */
export function serialiseLabels(labels: readonly (RankingLabel | DemonstrationLabel)[]): string {
  return labels.map((label) => `${JSON.stringify(label)}\n`).join('');
}
