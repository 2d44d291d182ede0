import fc from 'fast-check';
import { findHidden } from '../../src/config/hiddenText';

export type Verdict = 'accepted' | 'refused';

/** A parser, what it is fed, and what must hold for every input. */
export interface FuzzTarget {
  readonly name: string;
  /** What it reads, for the report. */
  readonly reads: string;
  /** @param around is given each check to run; what it throws is a finding, which is then made smaller */
  run(
    runs: number,
    seed: number,
    around: (check: () => Promise<Verdict>) => Promise<void>,
  ): Promise<fc.RunDetails<unknown>>;
}

/**
 * @param makeInput what the parser is fed; a function where something has to be made first
 * @param check throws when something does not hold, and says whether the parser took the input
 */
export function target<T>(
  name: string,
  reads: string,
  makeInput: fc.Arbitrary<T> | (() => Promise<fc.Arbitrary<T>>),
  check: (value: T) => Verdict | Promise<Verdict>,
): FuzzTarget {
  return {
    name,
    reads,
    run: async (runs, seed, around) => {
      const input = typeof makeInput === 'function' ? await makeInput() : makeInput;
      const property = fc.asyncProperty(input, (value) => around(async () => check(value)));
      return fc.check<unknown>(property, { numRuns: runs, seed });
    },
  };
}

const LONGEST_MESSAGE = 1000;

let heard: ((message: string) => void) | null = null;

/** Gives each message that a parser refuses with to `hear`, until it is told null. */
export function listen(hear: ((message: string) => void) | null): void {
  heard = hear;
}

/** What a visitor is told has to be one readable piece of text. */
export function checkMessage(message: string): void {
  heard?.(message);
  const hidden = findHidden(message);
  if (hidden) throw new Error(`the message holds ${hidden.code} at ${hidden.place}: ${JSON.stringify(message)}`);
  if (message.length === 0 || message.length > LONGEST_MESSAGE)
    throw new Error(`the message has ${message.length} characters: ${message.slice(0, 200)}`);
}

/**
 * Runs a parser. Its own typed error is a refusal; anything else goes through.
 * @returns what it read, or null when it refused
 */
export function orRefused<T>(typed: new (message: string) => Error, parse: () => T): { value: T } | null {
  try {
    return { value: parse() };
  } catch (error) {
    return refusal(typed, error);
  }
}

/** {@link orRefused} for a parser that takes its time. */
export async function orRefusedLater<T>(
  typed: new (message: string) => Error,
  parse: () => Promise<T>,
): Promise<{ value: T } | null> {
  try {
    return { value: await parse() };
  } catch (error) {
    return refusal(typed, error);
  }
}

function refusal(typed: new (message: string) => Error, error: unknown): null {
  if (!(error instanceof typed)) throw error;
  checkMessage(error.message);
  return null;
}

/** No input may reach what all objects share. */
export function checkPrototypes(): void {
  for (const name of ['polluted', 'extra', 'x', 'a'])
    if (name in Object.prototype) throw new Error(`Object.prototype got a property ${name}`);
}

/** Values that came back must be those that went; NaN equals NaN, and the order of keys does not count. */
export function checkSame(got: unknown, want: unknown, what: string): void {
  if (canonical(got) !== canonical(want)) throw new Error(`${what} came back as something else`);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) return `number ${part}`;
    if (Object.is(part, -0)) return 'number -0';
    if (ArrayBuffer.isView(part))
      return Array.from(part as Float32Array, (entry) => (Object.is(entry, -0) ? '-0' : String(entry)));
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
