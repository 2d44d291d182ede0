/** The lines of a label file: each is checked on its own, and says what is wrong with it. */
import * as v from 'valibot';
import { describeHidden, findHidden, shownValue } from '../config/hiddenText';
import { parseStrictJson } from '../config/strictJson';
import { FIELD_RULES, PER_ANSWER, demonstrationSchema, rankingSchema } from './labelSchema';
import type { DemonstrationLabel, RankingLabel } from './labels';

export interface LabelFileLimits {
  /** Of the whole file in bytes; of a text in UTF-16 code units, which for plain English are as many. */
  readonly maxLength: number;
  readonly maxLines: number;
  /** Of one line, in the same units. */
  readonly maxLineLength: number;
}

/** A label is an object of lists of lists; one more shows that a line is something else. */
const MAX_DEPTH = 4;

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

/** A problem of a line without its number. */
type Problem = Omit<RejectedLine, 'line'>;

export const lineProblem = (value: string, expected: string, remedy: string): Problem => ({
  field: 'line',
  value,
  expected,
  remedy,
});
export const fileProblem = (value: string, expected: string): RejectedLine => ({
  line: 0,
  field: 'file',
  value,
  expected,
  remedy: 'Split the file.',
});

function unknownKey(record: object, known: object): Problem | null {
  const key = Object.keys(record).find((name) => !Object.hasOwn(known, name));
  if (key === undefined) return null;
  const expected = `only ${Object.keys(known).join(', ')}`;
  return { field: shownValue(key), value: 'unknown field', expected, remedy: 'Remove it.' };
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const path = issue.path?.map(({ key }) => String(key)) ?? [];
  const field = path.join('.');
  const hidden = typeof issue.input === 'string' ? findHidden(issue.input) : null;
  if (hidden)
    return {
      field,
      value: describeHidden(hidden),
      expected: 'only characters that can be seen',
      remedy: 'Remove the character.',
    };
  const { expected, remedy } = FIELD_RULES[path[0] as keyof typeof FIELD_RULES];
  return { field, value: shownValue(issue.input), expected, remedy };
}

type Line = { ranking: RankingLabel } | { demonstration: DemonstrationLabel } | { problem: Problem };

function parseLine(text: string): Line {
  const { value: record, problem } = parseStrictJson(text, MAX_DEPTH);
  const remedy = 'Correct the line or remove it.';
  if (problem && problem.expected !== 'JSON')
    return { problem: lineProblem(`${problem.what}, at character ${problem.column}`, problem.expected, remedy) };
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return { problem: lineProblem(shownValue(text), 'one JSON object per line', remedy) };
  return parseRecord(record);
}

/** One label from a value that may be anything, as a line of a file or a row of a database. */
export function parseRecord(record: object): Line {
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

/** Takes one line after the other. A file with too many lines is refused as a whole, without the labels before. */
export class LabelLines {
  readonly #parsed: ParsedLabels = { labels: [], demonstrations: [], rejected: [] };
  #line = 0;

  constructor(readonly limits: LabelFileLimits) {}

  get hasTooMany(): boolean {
    return this.#line > this.limits.maxLines;
  }

  take(content: string): void {
    this.#line++;
    const text = this.#line === 1 ? content.replace(/^\uFEFF/, '') : content;
    if (this.hasTooMany || text.trim() === '') return;
    if (text.length > this.limits.maxLineLength) return this.#reject(this.#tooLong(text.length));
    const line = parseLine(text);
    if ('ranking' in line) this.#parsed.labels.push(line.ranking);
    else if ('demonstration' in line) this.#parsed.demonstrations.push(line.demonstration);
    else this.#reject(line.problem);
  }

  /** A line that was not kept, because it is too long or no text. */
  skip(problem: Problem): void {
    this.#line++;
    this.#reject(problem);
  }

  #tooLong(length: number): Problem {
    const expected = `at most ${this.limits.maxLineLength} characters`;
    return lineProblem(`${length} characters`, expected, 'Shorten the line or remove it.');
  }

  #reject(problem: Problem): void {
    this.#parsed.rejected.push({ line: this.#line, ...problem });
  }

  end(): ParsedLabels {
    if (!this.hasTooMany) return this.#parsed;
    return refused(fileProblem(`more than ${this.limits.maxLines} lines`, `at most ${this.limits.maxLines} lines`));
  }
}

export const refused = (problem: RejectedLine): ParsedLabels => ({
  labels: [],
  demonstrations: [],
  rejected: [problem],
});
