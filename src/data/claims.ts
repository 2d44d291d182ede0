import { ATTRIBUTES, type Attribute } from './facts';
import { sentencesOf, wordsOf } from './text';
import type { Kind } from './vocabulary';
import { factOf, type World } from './world';

/** A present-tense statement about the world found in a text. */
export interface Claim {
  readonly entity: string;
  readonly attribute: string;
  readonly value: string;
  readonly isTrue: boolean;
}

const PRONOUNS = ['It', 'it', 'She', 'she', 'He', 'he'];

/** Matches every way a text can state this attribute; groups: subject (entity or pronoun), value. */
function claimPattern(attribute: Attribute, entities: readonly string[]): RegExp {
  const subject = `(?:[Tt]he )?(${[...entities, ...PRONOUNS].join('|')})`;
  const body = attribute.statement
    .replace(/^(The )?\{e\}/, subject)
    .replace('{v}', `(${attribute.values.join('|')})`)
    .replace(/\.$/, '');
  return new RegExp(`\\b${body}\\b`);
}

interface ClaimReader {
  readonly patterns: readonly { readonly attribute: Attribute; readonly pattern: RegExp }[];
  readonly kinds: ReadonlyMap<string, Kind>;
}

/** Patterns of each world met so far: they name its entities, and compiling them takes longer than using them. */
const READERS = new WeakMap<World, ClaimReader>();

function readerOf(world: World): ClaimReader {
  let reader = READERS.get(world);
  if (!reader) {
    const entities = Object.entries(world.entities) as [Kind, readonly string[]][];
    reader = {
      patterns: ATTRIBUTES.map((attribute) => ({
        attribute,
        pattern: claimPattern(attribute, world.entities[attribute.kind]),
      })),
      kinds: new Map(entities.flatMap(([kind, names]) => names.map((name) => [name, kind]))),
    };
    READERS.set(world, reader);
  }
  return reader;
}

/** The entity a sentence is about; a pronoun hands on the previous one, an object ("pet dog") never becomes one. */
function subjectAfter(kinds: ClaimReader['kinds'], sentence: string, previous: string | null): string | null {
  const words = wordsOf(sentence);
  if (PRONOUNS.includes(words[0])) return previous;
  return words.find((word) => kinds.has(word)) ?? previous;
}

/**
 * All claims of a text. Pronouns resolve to the subject of the last sentence that named one.
 * Past tense and negations match no pattern, so stories and corrections claim nothing.
 */
export function claimsOf(world: World, text: string): Claim[] {
  const { patterns, kinds } = readerOf(world);
  const claims: Claim[] = [];
  let subject: string | null = null;
  for (const sentence of sentencesOf(text)) {
    for (const { attribute, pattern } of patterns) {
      const match = pattern.exec(sentence);
      if (!match) continue;
      const entity: string | null = PRONOUNS.includes(match[1]) ? subject : match[1];
      if (entity === null || kinds.get(entity) !== attribute.kind) continue;
      const { value } = factOf(world, { entity, attribute: attribute.name });
      claims.push({ entity, attribute: attribute.name, value: match[2], isTrue: value === match[2] });
    }
    subject = subjectAfter(kinds, sentence, subject);
  }
  return claims;
}
