import { ATTRIBUTES, type Attribute } from './facts';
import { sentencesOf, wordsOf } from './text';
import { ENTITIES, kindOf } from './vocabulary';
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
function claimPattern(attribute: Attribute): RegExp {
  const subject = `(?:[Tt]he )?(${[...ENTITIES[attribute.kind], ...PRONOUNS].join('|')})`;
  const body = attribute.statement
    .replace(/^(The )?\{e\}/, subject)
    .replace('{v}', `(${attribute.values.join('|')})`)
    .replace(/\.$/, '');
  return new RegExp(`\\b${body}\\b`);
}

const PATTERNS = ATTRIBUTES.map((attribute) => ({ attribute, pattern: claimPattern(attribute) }));

/** The entity a sentence is about; a pronoun hands on the previous one, an object ("pet dog") never becomes one. */
function subjectAfter(sentence: string, previous: string | null): string | null {
  const words = wordsOf(sentence);
  if (PRONOUNS.includes(words[0])) return previous;
  return words.find((word) => kindOf(word) !== undefined) ?? previous;
}

/**
 * All claims of a text. Pronouns resolve to the subject of the last sentence that named one.
 * Past tense and negations match no pattern, so stories and corrections claim nothing.
 */
export function claimsOf(world: World, text: string): Claim[] {
  const claims: Claim[] = [];
  let subject: string | null = null;
  for (const sentence of sentencesOf(text)) {
    for (const { attribute, pattern } of PATTERNS) {
      const match = pattern.exec(sentence);
      if (!match) continue;
      const entity: string | null = PRONOUNS.includes(match[1]) ? subject : match[1];
      if (entity === null || kindOf(entity) !== attribute.kind) continue;
      const { value } = factOf(world, { entity, attribute: attribute.name });
      claims.push({ entity, attribute: attribute.name, value: match[2], isTrue: value === match[2] });
    }
    subject = subjectAfter(sentence, subject);
  }
  return claims;
}
