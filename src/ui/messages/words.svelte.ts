/**
 * The words of the page. English is written where it is typed, one file an area (`en/desk.ts`); other languages have the
 * same keys (`de/desk.ts`) and are fetched when chosen. A message is read by calling it, which makes every template
 * that calls one follow the language without a reload.
 */
import type { SettingKey } from '../../config/config';
import type { MetricKey } from '../../metrics/metrics';
import { LANGUAGES, LANGUAGE_NAMES, type Language } from './languages';

export { LANGUAGES, LANGUAGE_NAMES, type Language };

/** A text with `{names}` of values, or one text for each plural category; `count` picks among those. */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
export type Value = string | number;

type Names<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type ValuesOf<M extends Message> = M extends string
  ? { [name in Names<M>]: Value }
  : { [name in Names<Extract<M[keyof M], string>>]: Value } & { count: number };

/** One function a message, taking the values its text names. */
export type Area<T extends Record<string, Message>> = {
  readonly [key in keyof T]: keyof ValuesOf<T[key]> extends never ? () => string : (values: ValuesOf<T[key]>) => string;
};

/** What a file of another language has to hold for an area: a missing key is a type error. */
export type Translation<A> = { readonly [key in keyof A]: Message };

/** A row of the settings table in another language; what is left out stays as the table has it. */
export interface SettingTexts {
  label: string;
  help: string;
  source?: string;
  unit?: string;
}

/** A row of the metrics table in another language. */
export interface MetricTexts {
  help: string;
  healthy: string;
}

/** Settings that are chosen from a list, to what each value is called. */
export type OptionTexts = Readonly<Partial<Record<SettingKey, Readonly<Record<string, string>>>>>;

/** Texts that layers below the page write in English: whole phrases, and the clauses of error messages. */
export interface TextsFromBelow {
  phrases: readonly (readonly [RegExp, string])[];
  clauses: readonly (readonly [RegExp, string])[];
  /** How a clause stands that no rule knows, as the replacement of its whole: `„$&“`. */
  verbatim: string;
}

/** Everything a language other than English consists of. */
export interface Translations {
  areas: Readonly<Record<string, Readonly<Record<string, Message>>>>;
  settings: Readonly<Record<SettingKey, SettingTexts>>;
  metrics: Readonly<Record<MetricKey, MetricTexts>>;
  options: OptionTexts;
  below: TextsFromBelow;
}

let current = $state.raw<{ language: Language; translations: Translations | null }>({
  language: 'en',
  translations: null,
});

/** The language on screen, as `Intl` and `<html lang>` write it. */
export function language(): Language {
  return current.language;
}

/** The messages of the language on screen; null for English. */
export function translations(): Translations | null {
  return current.translations;
}

/** Puts the page into another language, once its messages are here. */
export async function setLanguage(next: Language): Promise<void> {
  current = { language: next, translations: next === 'en' ? null : (await import('./german')).GERMAN };
}

/**
 * Defines an area of messages in English.
 * @param name the name of the file in `en/`, under which other languages have it
 */
export function area<const T extends Record<string, Message>>(name: string, english: T): Area<T> {
  const functions = Object.entries(english).map(([key, message]) => [
    key,
    (values: Record<string, Value> = {}) =>
      write(`${name}.${key}`, current.translations?.areas[name]?.[key] ?? message, values),
  ]);
  return Object.fromEntries(functions) as Area<T>;
}

/** Picks the plural form and puts the values in; whole numbers are grouped as the language does it. */
function write(where: string, message: Message, values: Record<string, Value>): string {
  const text = typeof message === 'string' ? message : pluralForm(where, message, values.count);
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new RangeError(`messages: ${where} got no value for {${name}}; expected one in its call.`);
    return typeof value === 'number' ? FORMATS[current.language].numbers.format(value) : value;
  });
}

function pluralForm(where: string, message: Exclude<Message, string>, count: Value | undefined): string {
  if (typeof count !== 'number')
    throw new RangeError(`messages: ${where} got count ${count}; expected a number, which picks the plural form.`);
  return message[FORMATS[current.language].plurals.select(count)] ?? message.other;
}

/** Making a formatter costs far more than using one, so each is made once. */
const FORMATS: Record<Language, { numbers: Intl.NumberFormat; plurals: Intl.PluralRules }> = {
  en: { numbers: new Intl.NumberFormat('en'), plurals: new Intl.PluralRules('en') },
  de: { numbers: new Intl.NumberFormat('de'), plurals: new Intl.PluralRules('de') },
};
