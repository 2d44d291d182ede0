import { formatNumber } from '../state/format';
import { translations, type TextsFromBelow } from './words.svelte';

/** Clauses of a message are parted so: `where: what happened; what was expected; what to do.` */
const BETWEEN = '; ';

/**
 * What layers below the page write in English, in the language on screen: short phrases such as the engine's name, and the
 * messages of errors. What the table of the language does not know stays English.
 */
export function fromBelow(text: string): string {
  const rules = translations()?.below;
  if (rules === undefined) return text;
  const phrase = replaced(text, rules.phrases);
  if (phrase !== null) return phrase;
  const isSentence = text.endsWith('.');
  const clauses = (isSentence ? text.slice(0, -1) : text).split(BETWEEN);
  const known = clauses.map((clause) => replaced(clause, rules.clauses) ?? clause).join(BETWEEN);
  return isSentence && !known.endsWith('.') ? `${known}.` : known;
}

function replaced(text: string, rules: TextsFromBelow['phrases']): string | null {
  const rule = rules.find(([pattern]) => pattern.test(text));
  return rule === undefined ? null : text.replace(...rule).replaceAll(GROUPED, grouped);
}

/** Layers below the page group the digits of large numbers as English does. */
const GROUPED = /\b\d{1,3}(?:,\d{3})+\b/g;
const grouped = (english: string) => formatNumber(Number(english.replaceAll(',', '')), 0);
