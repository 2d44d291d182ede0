import { LANGUAGES, setLanguage, type Language } from '../messages/words.svelte';
import { ENGINE_CHOICES } from './engineChoice';
import { forgetPreferences, readListPreference, readPreference, writePreference } from './preferences';
import { DEFAULT_KEYS, readKeys, writeKeys, type ShortcutName, type ShortcutKeys } from './shortcuts';

/** What can be chosen about the page itself, and the values each choice has; the first is the default. */
export const CHOICES = {
  theme: ['system', 'light', 'dark'],
  textSize: ['normal', 'large', 'larger'],
  density: ['comfortable', 'compact'],
  motion: ['system', 'reduced'],
  language: ['system', ...LANGUAGES],
  engine: ENGINE_CHOICES,
  shortcuts: ['on', 'off'],
  /** Seconds between two saves of a run. */
  autosave: ['15', '5', '30'],
} as const;
export type ChoiceName = keyof typeof CHOICES;
export type Choice<N extends ChoiceName> = (typeof CHOICES)[N][number];
type Choices = { [N in ChoiceName]: Choice<N> };

const NAMES = Object.keys(CHOICES) as ChoiceName[];

function readChoice<N extends ChoiceName>(name: N): Choice<N> {
  const allowed: readonly Choice<N>[] = CHOICES[name];
  return readPreference(name, allowed, allowed[0]);
}

/** The browser's first language that the page speaks. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const codes = wanted.map((tag) => tag.toLowerCase().split('-')[0]);
  return codes.flatMap((code) => LANGUAGES.find((language) => language === code) ?? [])[0] ?? 'en';
}

/** How this visitor likes the page: remembered on this device, never part of a run. */
export class Preferences {
  #choices = $state.raw<Choices>(
    Object.fromEntries(NAMES.map((name) => [name, readChoice(name)])) as unknown as Choices,
  );
  #keys = $state.raw<ShortcutKeys>(readKeys(readListPreference('keys')));

  get<N extends ChoiceName>(name: N): Choice<N> {
    return this.#choices[name];
  }

  set<N extends ChoiceName>(name: N, value: Choice<N>): void {
    this.#choices = { ...this.#choices, [name]: value };
    writePreference(name, value);
    if (name === 'language') void this.applyLanguage();
  }

  /** Takes a choice for this visit only, as a link asks for it. */
  borrow<N extends ChoiceName>(name: N, value: Choice<N>): void {
    this.#choices = { ...this.#choices, [name]: value };
  }

  get language(): Language {
    const choice = this.get('language');
    return choice === 'system' ? preferredLanguage(navigator.languages) : choice;
  }

  /** Resolves once the words of the chosen language are on the page. */
  async applyLanguage(): Promise<void> {
    const { language } = this;
    await setLanguage(language);
    document.documentElement.lang = language;
  }

  get keys(): ShortcutKeys {
    return this.#keys;
  }

  setKey(name: ShortcutName, key: string): void {
    this.#keys = { ...this.#keys, [name]: key };
    writePreference('keys', writeKeys(this.#keys));
  }

  /** Everything as on the first visit. */
  reset(): void {
    forgetPreferences();
    this.#choices = Object.fromEntries(NAMES.map((name) => [name, CHOICES[name][0]])) as unknown as Choices;
    this.#keys = DEFAULT_KEYS;
    void this.applyLanguage();
  }
}
