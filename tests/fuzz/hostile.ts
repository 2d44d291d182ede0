/** What broken and hostile files are made of. Recipes are small lists, so that a failure shrinks to one or two steps. */
import fc from 'fast-check';

/** Characters that hide, mislead or break; markup; names of prototypes. */
export const ODD_TEXTS = [
  '\u202E',
  '\u2066x\u2069',
  '\u200B',
  '\uFEFF',
  '\u0000',
  '\r',
  '\u2028',
  '\ud800',
  '\u{E0041}',
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  '../../etc/passwd',
  '..\\..\\x',
  'C:\\x',
  'javascript:alert(1)',
  '[a](javascript:alert(1))',
  '=1+1',
  '__proto__',
  'constructor',
  'a'.repeat(5000),
  '👩‍👩‍👧 می‌خواهم',
  '',
] as const;

const deep = (levels: number) => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};
const DEEP = [2, 5, 13, 300].map(deep);

/** Values that a field did not expect. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    [],
    {},
    0,
    -0,
    -1,
    0.5,
    1e308,
    2 ** 31,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 63),
    255,
    256,
  ),
  fc.constantFrom<unknown>(...ODD_TEXTS),
  fc.constantFrom<unknown>(...DEEP),
  fc.constantFrom<unknown>(Array(20_000).fill(0), { length: 5 }, { toString: 1 }, ['a', ['b']]),
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** One change of a JSON document; `at` picks the place. */
export interface JsonChange {
  kind: 'replace' | 'remove' | 'add' | 'rename' | 'repeat' | 'swap';
  at: number;
  value: unknown;
  name: string;
}

const place = fc.nat(1 << 30);

const jsonChange: fc.Arbitrary<JsonChange> = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'rename', 'repeat', 'swap'),
  at: place,
  value: oddValue,
  name: fc.oneof(
    fc.constantFrom(...ODD_TEXTS.slice(0, 20), 'extra', 'toString', 'length'),
    fc.string({ maxLength: 12 }),
  ),
});

type Container = Record<string, unknown> | unknown[];
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Every place of a document: a container and a key in it. */
function placesOf(value: unknown, found: [Container, string][] = []): [Container, string][] {
  if (!isContainer(value)) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    placesOf((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/** Own properties only: a name like `__proto__` must not reach the prototype of the test's own object. */
function put(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

function applyJson(root: { document: unknown }, { kind, at, value: given, name }: JsonChange): void {
  const value = structuredClone(given);
  const places = placesOf(root);
  const [container, key] = places[at % places.length];
  const old = (container as Record<string, unknown>)[key];
  if (kind === 'replace') put(container, key, value);
  else if (kind === 'remove' && key !== 'document')
    if (Array.isArray(container)) container.splice(Number(key), 1);
    else Reflect.deleteProperty(container, key);
  else if (kind === 'add' && isContainer(old)) {
    if (Array.isArray(old)) old.push(value);
    else put(old, name, value);
  } else if (kind === 'rename' && !Array.isArray(container) && key !== 'document') {
    Reflect.deleteProperty(container, key);
    put(container, name, old);
  } else if (kind === 'repeat' && Array.isArray(old) && old.length > 0 && old.length < 1000) old.push(...old);
  else if (kind === 'swap') {
    const [other, otherKey] = places[(at >>> 7) % places.length];
    if (!isContainer(old) && key !== 'document')
      put(container, key, structuredClone((other as Record<string, unknown>)[otherKey]));
  }
}

/** One change of a text. */
interface TextChange {
  kind: 'cut' | 'drop' | 'insert' | 'double' | 'key' | 'twin';
  at: number;
  length: number;
  piece: string;
}

const PIECES = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\n',
  'e9',
  '-',
  '1e999',
  '\\ud800',
  '"a":1,"a":1,',
  '\uFEFF',
  ' ',
];

const textChange: fc.Arbitrary<TextChange> = fc.record({
  kind: fc.constantFrom('cut', 'drop', 'insert', 'insert', 'double', 'key', 'twin'),
  at: place,
  length: fc.nat(60),
  piece: fc.oneof(
    fc.constantFrom(...PIECES, '['.repeat(20_000), '{"a":'.repeat(5000), '"__proto__":{"polluted":1},', ...ODD_TEXTS),
    fc.string({ maxLength: 8, unit: 'binary' }),
  ),
});

function applyText(text: string, { kind, at, length, piece }: TextChange): string {
  const i = at % (text.length + 1);
  if (kind === 'cut') return text.slice(0, i);
  if (kind === 'drop') return text.slice(0, i) + text.slice(i + length);
  if (kind === 'double') return text.slice(0, i + length) + text.slice(i);
  if (kind === 'insert') return text.slice(0, i) + piece + text.slice(i);
  // A key of its own, or one that is there already, right behind an opening brace.
  const braces = [...text.matchAll(/\{/g)].map((match) => match.index + 1);
  if (braces.length === 0) return text;
  const behind = braces[at % braces.length];
  const twin = /^\s*("(?:[^"\\]|\\.)*")\s*:/.exec(text.slice(behind, behind + 200))?.[1];
  const key = kind === 'twin' && twin !== undefined ? `${twin}:1,` : '"__proto__":{"polluted":1},';
  return text.slice(0, behind) + key + text.slice(behind);
}

/**
 * Texts of a JSON document, broken in zero to four places: some as values, some as letters.
 * @param documents valid ones
 */
export function brokenJson(documents: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const changes = fc.array(jsonChange, { maxLength: 2 });
  const cuts = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(textChange, { maxLength: 2 }) },
  );
  return fc.tuple(documents, changes, cuts).map(([document, values, letters]) => {
    const root = { document: structuredClone(document) };
    for (const change of values) applyJson(root, change);
    const text = JSON.stringify(root.document) ?? 'null';
    return letters.reduce(applyText, text);
  });
}

/** Texts broken letter by letter. */
export function brokenText(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.array(textChange, { maxLength: 3 }))
    .map(([text, changes]) => changes.reduce(applyText, text));
}

/** Bytes broken one by one: flips, cuts, copies, insertions, and lengths that promise too much. */
export function brokenBytes(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    kind: fc.constantFrom('flip', 'cut', 'insert', 'drop', 'copy', 'huge'),
    at: place,
    value: fc.nat(255),
    length: fc.nat(64),
  });
  return fc.tuple(valid, fc.array(change, { maxLength: 4 })).map(([bytes, changes]) =>
    changes.reduce((now, { kind, at, value, length }) => {
      const i = at % (now.length + 1);
      if (kind === 'flip') return now.map((byte, j) => (j === i ? byte ^ (value || 1) : byte));
      if (kind === 'cut') return now.slice(0, i);
      if (kind === 'drop') return joined(now.subarray(0, i), now.subarray(i + length));
      if (kind === 'insert') return joined(now.subarray(0, i), new Uint8Array(length).fill(value), now.subarray(i));
      if (kind === 'copy') return joined(now.subarray(0, i), now.subarray(i >> 1, (i >> 1) + length), now.subarray(i));
      const copy = now.slice();
      copy.fill(255, i, i + 1 + (length % 8));
      return copy;
    }, bytes),
  );
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
