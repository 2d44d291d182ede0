/**
 * Characters that cannot be seen, or that change how their neighbours are shown: controls, direction marks, zero-width
 * characters, tags, halves of characters. In a text from outside they can hide words or make it read other than it is.
 * Imported texts may not hold them; texts of models, which sample single bytes, show them as their number.
 */

/** A character that a text from outside may not hold. */
export interface HiddenCharacter {
  /** From 1, in UTF-16 code units. */
  readonly place: number;
  /** As Unicode writes it: `U+202E`. */
  readonly code: string;
  readonly kind: string;
}

/** Line ends and tabs are part of texts; default-ignorable are all those that fonts draw as nothing. */
const CANDIDATE =
  /(?![\n\t])\p{Cc}|\p{Default_Ignorable_Code_Point}|\p{Cs}|\p{Noncharacter_Code_Point}|[\u2028\u2029\uFFF9-\uFFFB]/gu;

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\p{Bidi_Control}$/u, 'a mark that changes the direction of writing'],
  [/^\p{Cc}$/u, 'a control character'],
  [/^\p{Cs}$/u, 'half a character'],
  [/^[\u2028\u2029]$/u, 'a line separator'],
];

/** An emoji to which a joiner may fasten another one. */
const PICTOGRAPH = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Emoji}\uFE0F)$/u;
/** Letters of scripts in which joiners decide how a word is spelt, as in Persian and Hindi. */
const JOINING_LETTER =
  /(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Default_Ignorable_Code_Point}])[\p{L}\p{M}]$/u;
/** Code units of the longest of these. */
const REACH = 3;

/** Joiners and variation selectors belong to a text where they have something to join or to vary. */
function hasReason(text: string, at: number, character: string): boolean {
  const before = text.slice(Math.max(0, at - REACH), at);
  if (character === '\uFE0E' || character === '\uFE0F') return /\p{Emoji}$/u.test(before);
  if (character !== '\u200C' && character !== '\u200D') return false;
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 32);
  if (JOINING_LETTER.test(before)) return character === '\u200C' || JOINING_LETTER.test(after);
  return character === '\u200D' && PICTOGRAPH.test(before) && PICTOGRAPH.test(after);
}

const codeOf = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** The first character of a text that cannot be seen, or null. Time is linear in the length. */
export function findHidden(text: string): HiddenCharacter | null {
  for (const { 0: character, index } of text.matchAll(CANDIDATE)) {
    if (hasReason(text, index, character)) continue;
    const kind = KINDS.find(([pattern]) => pattern.test(character))?.[1] ?? 'an invisible character';
    return { place: index + 1, code: codeOf(character), kind };
  }
  return null;
}

/** In words: `U+202E, a mark that changes the direction of writing, at character 12`. */
export function describeHidden({ place, code, kind }: HiddenCharacter): string {
  return `${code}, ${kind}, at character ${place}`;
}

/** The text with every hidden character as its number, `⟨U+202E⟩`; {@link findHidden} finds none in it. */
export function showHidden(text: string): string {
  return text.replaceAll(CANDIDATE, (character, at: number) =>
    hasReason(text, at, character) ? character : `⟨${codeOf(character)}⟩`,
  );
}

/** The text without its hidden characters, for what somebody types or pastes into a field of their own. */
export function dropHidden(text: string): string {
  return text.replaceAll(CANDIDATE, (character, at: number) => (hasReason(text, at, character) ? character : ''));
}

const SHOWN_CHARACTERS = 60;

/** A value from outside as part of a message: one short line in which everything can be seen. Never throws. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (value === undefined) return 'nothing';
  const text =
    typeof value === 'string' ? JSON.stringify(showHidden(value.slice(0, 2 * SHOWN_CHARACTERS))) : String(value);
  // A cut may leave half a character, or a joiner with nothing to join.
  return text.length > SHOWN_CHARACTERS ? `${showHidden(text.slice(0, SHOWN_CHARACTERS))}…` : text;
}

/** A name from outside as part of a message, without quotes: at most `length` of its characters, all to be seen. */
export function shownName(name: string, length = 40): string {
  return name.length > length ? `${showHidden(name.slice(0, length))}…` : showHidden(name);
}
