import { formatNumber } from '../state/format';
import { translations, type TextsFromBelow } from './words.svelte';

/** Clauses of a message are parted so: `where: what happened; what was expected; what to do.` */
const BETWEEN = '; ';

/** Where something was found stands before it: `manifest.json: line 3, character 7: nested 5 deep`. */
const PLACE = ': ';

/**
 * What layers below the page write in English, in the language on screen: short phrases such as the engine's name, and the
 * messages of errors. What the table of the language does not know is quoted in messages, and stays as it is elsewhere.
 */
export function fromBelow(text: string): string {
  const rules = translations()?.below;
  if (rules === undefined) return text;
  const phrase = replaced(text, rules.phrases);
  if (phrase !== null) return phrase;
  const isSentence = text.endsWith('.');
  const clauses = (isSentence ? text.slice(0, -1) : text).split(BETWEEN);
  const isMessage = isSentence || clauses.length > 1;
  const known = clauses
    .map(
      (clause) => clauseFrom(clause, rules.clauses) ?? (isMessage ? clause.replace(/^.*$/s, rules.verbatim) : clause),
    )
    .join(BETWEEN);
  return isSentence && !known.endsWith('.') ? `${known}.` : known;
}

/** A clause by its rule, or behind places that are known or names. */
function clauseFrom(clause: string, rules: TextsFromBelow['clauses']): string | null {
  const whole = replaced(clause, rules);
  if (whole !== null) return whole;
  const parts = clause.split(PLACE);
  for (let i = 1; i < parts.length; i++) {
    const rest = replaced(parts.slice(i).join(PLACE), rules);
    if (rest !== null) return [...parts.slice(0, i).map((place) => replaced(place, rules) ?? place), rest].join(PLACE);
  }
  return null;
}

function replaced(text: string, rules: TextsFromBelow['phrases']): string | null {
  const rule = rules.find(([pattern]) => pattern.test(text));
  return rule === undefined ? null : text.replace(...rule).replaceAll(GROUPED, grouped);
}

/** Layers below the page group the digits of large numbers as English does. */
const GROUPED = /\b\d{1,3}(?:,\d{3})+\b/g;
const grouped = (english: string) => formatNumber(Number(english.replaceAll(',', '')), 0);
