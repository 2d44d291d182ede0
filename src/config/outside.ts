/** Documents from outside: size, JSON, form, and one way to say what is wrong with them. */
import * as v from 'valibot';
import { parseSettings, type RunSettings } from './config';
import { ConfigError, StorageError } from './errors';
import { shownName, shownValue } from './hiddenText';
import { parseStrictJson } from './strictJson';

/** What a kind of document may be. */
export interface OutsideDocument {
  /** For messages: the file, and the line where there are many. */
  readonly where: string;
  /** Characters above which it is not believed. */
  readonly length: number;
  /** Lists and objects inside each other. */
  readonly depth: number;
  /** What to do about one that is wrong. */
  readonly remedy: string;
}

/** Lists of all metrics are longer than anybody reads. */
const SHOWN_EXPECTED = 200;
/** Keys on the way to a field that are shown; the rest is said to be deeper. */
const SHOWN_KEYS = 6;

/** `where: what; expected …; remedy`. */
export function refusal(
  { where, remedy }: Pick<OutsideDocument, 'where' | 'remedy'>,
  what: string,
  expected: string,
): StorageError {
  return new StorageError(`${where}: ${what}; expected ${expected}; ${remedy}.`);
}

/** @throws StorageError with line, character and expectation */
export function readOutsideJson(text: string, document: OutsideDocument): unknown {
  if (text.length > document.length) throw refusal(document, `${text.length} characters`, `at most ${document.length}`);
  const { value, problem } = parseStrictJson(text, document.depth);
  if (problem)
    throw refusal(document, `line ${problem.line}, character ${problem.column}: ${problem.what}`, problem.expected);
  return value;
}

/** A schema's complaint in words: the field with what stands there, and what was expected instead. */
export function complaint([issue]: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): {
  what: string;
  expected: string;
} {
  const keys = (issue.path ?? []).map(({ key }) => shownName(String(key)));
  const field = keys.length > SHOWN_KEYS ? [...keys.slice(0, SHOWN_KEYS), '…'] : keys;
  return {
    what: `${field.join('.') || 'the whole'} is ${shownValue(issue.input)}`,
    // A check of our own says in its message what it wants; the library knows no more than "unknown".
    expected: shownName(issue.type === 'custom' ? issue.message : (issue.expected ?? issue.message), SHOWN_EXPECTED),
  };
}

/** Holds a value against the schema of its kind. @throws StorageError naming the field */
export function checkForm<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  document: Pick<OutsideDocument, 'where' | 'remedy'>,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const { what, expected } = complaint(result.issues);
  throw refusal(document, what, expected);
}

/** {@link readOutsideJson} and {@link checkForm}. @throws StorageError */
export function readOutside<Schema extends v.GenericSchema>(
  text: string,
  schema: Schema,
  document: OutsideDocument,
): v.InferOutput<Schema> {
  return checkForm(schema, readOutsideJson(text, document), document);
}

/** Does something with settings of a document; what is wrong with them is wrong with the document. @throws StorageError */
export function withSettings<T>({ where, remedy }: Pick<OutsideDocument, 'where' | 'remedy'>, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new StorageError(`${where}: ${error.message.replace(/\.$/, '')}; ${remedy}.`);
  }
}

/** Settings of a document, checked as everywhere. @throws StorageError */
export function readSettings(value: unknown, document: Pick<OutsideDocument, 'where' | 'remedy'>): RunSettings {
  return withSettings(document, () => parseSettings(value));
}
