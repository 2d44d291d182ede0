/**
 * JSON from outside. `JSON.parse` keeps the last of two equal keys, makes own properties named `__proto__`, and nests as
 * deep as it is told; what comes out then breaks code that copies, compares or prints it. All of that is refused here.
 */
import { shownName, shownValue } from './hiddenText';

/** Why a text was refused. */
export interface JsonProblem {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  readonly what: string;
  readonly expected: string;
}

export type JsonResult =
  { readonly value: unknown; readonly problem: null } | { readonly value: null; readonly problem: JsonProblem };

/** Own keys that would reach an object's prototype when somebody copies them carelessly. */
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

interface Found {
  at: number;
  what: string;
  expected: string;
}

/**
 * Reads JSON.
 * @param maxDepth lists and objects inside each other, the outermost counts as 1
 * @returns the value, or the first reason against it; never throws. Time and memory are linear in the length.
 */
export function parseStrictJson(text: string, maxDepth: number): JsonResult {
  const found = firstTrap(text, maxDepth);
  if (found) return refused(text, found);
  try {
    return { value: JSON.parse(text) as unknown, problem: null };
  } catch (error) {
    const what = shownName(error instanceof Error ? error.message : String(error), 160);
    const at = Number(/position (\d+)/.exec(what)?.[1] ?? 0);
    return refused(text, { at, what: `not JSON (${what})`, expected: 'JSON' });
  }
}

function refused(text: string, { at, what, expected }: Found): JsonResult {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { value: null, problem: { line, column: at - before.lastIndexOf('\n'), what, expected } };
}

/** Walks over the text once, as far as nesting and keys go. Whether it is JSON at all is left to the parser. */
function firstTrap(text: string, maxDepth: number): Found | null {
  /** The keys so far of each open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : null);
      if (open.length > maxDepth)
        return { at, what: `nested ${open.length} deep`, expected: `at most ${maxDepth} levels` };
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const end = stringEnd(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        const problem = keyProblem(text.slice(at, end + 1), keys);
        if (problem) return { at, ...problem };
      }
      at = end;
    }
  }
  return null;
}

/** Index of the quote that closes the string opened at `start`; the text's end when there is none. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

const BLANKS = ' \t\r\n';

function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && BLANKS.includes(text[at])) at++;
  return text[at] === ':';
}

function keyProblem(quoted: string, keys: Set<string>): { what: string; expected: string } | null {
  const key = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1);
  if (FORBIDDEN_KEYS.includes(key)) return { what: `a key named ${shownValue(key)}`, expected: 'other names' };
  if (keys.has(key)) return { what: `the key ${shownValue(key)} twice`, expected: 'every key once' };
  keys.add(key);
  return null;
}

/** Two spellings of one key are one key: `a` and `\u0061`. */
function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    // A bad escape makes the whole text no JSON, which the parser says better.
    return quoted;
  }
}
