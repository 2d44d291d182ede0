import { parseSetting, SETTING_KEYS, type SettingKey, type SettingValue } from '../../config/config';
import { ConfigError } from '../../config/errors';
import { shownName, shownValue } from '../../config/hiddenText';
import { PRESETS, RECIPES, type Preset, type Recipe } from '../../config/rows';
import { LANGUAGES, type Language } from '../messages/languages';
import { ENGINE_CHOICES, type EngineChoice } from './engineChoice';
import { migrateLink } from './linkMigrations';
import { pack, unpack } from './linkPacking';

/** Parts of a screen that a link can leave out, so that a lecture shows only what it is about. */
export const PARTS = ['top', 'strip', 'rail', 'diagnosis', 'charts', 'moment', 'board', 'footer'] as const;
export type Part = (typeof PARTS)[number];

/** What an address asks for. Anything it does not say keeps its default. Data and labels are never part of it. */
export interface LinkState {
  preset: Preset | null;
  recipe: Recipe | null;
  engine: EngineChoice | null;
  language: Language | null;
  overrides: Partial<Record<SettingKey, SettingValue>>;
  /** Parts and controls to leave out. */
  hidden: readonly (Part | SettingKey)[];
  /** The only controls to show; null shows all. */
  shown: readonly SettingKey[] | null;
  lesson: { id: string; at: number } | null;
  isProjector: boolean;
  isEmbedded: boolean;
}

export interface ReadLink extends LinkState {
  /** One line for each part that was not understood; the rest still counts. */
  warnings: string[];
  /** `?bench` leads to the speed test, whatever the address names behind its `#`. */
  opensBench?: boolean;
  /** One line for each part that an older version wrote differently, with what it became. */
  changes: string[];
}

/** An address longer than this is packed: some chat programs and class sheets cut long ones. */
const PACK_ABOVE = 300;

/** An address longer than this was not made by this page; nothing of it is read. Of its words, only so many are. */
const LONGEST = 20_000;
const MOST_WORDS = 200;
const LESSON_ID = /^[A-Za-z0-9-]{1,40}$/;
const MOST_STEPS = 99;

const isSettingKey = (name: string): name is SettingKey => SETTING_KEYS.some((key) => key === name);
const isPart = (name: string): name is Part => PARTS.some((part) => part === name);

/** An address that asks for nothing. */
export function emptyLink(): LinkState {
  return {
    preset: null,
    recipe: null,
    engine: null,
    language: null,
    overrides: {},
    hidden: [],
    shown: null,
    lesson: null,
    isProjector: false,
    isEmbedded: false,
  };
}

/**
 * Reads the query of an address: `?preset=nano&engine=wasm&ppo.klCoef=0`. Keys are those of the settings table and the
 * few of the page itself. Unknown keys and bad values become warnings.
 */
export function readLink(query: string): ReadLink {
  const link: ReadLink = { ...emptyLink(), warnings: [], changes: [] };
  if (query.length > LONGEST) {
    link.warnings.push(`link: ${query.length} characters; expected at most ${LONGEST}; ask for the link again.`);
    return link;
  }
  const entries = unpackEntries(new URLSearchParams(query), link.warnings);
  const { current, changes, warnings } = migrateLink(entries);
  link.changes.push(...changes);
  link.warnings.push(...warnings);
  for (const [key, value] of onceEach(current, link.warnings)) readEntry(link, key, value);
  return link;
}

/** The last of equal words counts, as it does wherever addresses are put together by hand. */
function onceEach(entries: readonly [string, string][], warnings: string[]): Map<string, string> {
  const words = new Map<string, string>();
  for (const [key, value] of entries.slice(0, MOST_WORDS)) {
    if (words.has(key)) warnings.push(`${shownName(key)}: given more than once; the last one counts.`);
    words.set(key, value);
  }
  if (entries.length > MOST_WORDS)
    warnings.push(`link: ${entries.length} words; expected at most ${MOST_WORDS}; the rest was left out.`);
  return words;
}

function unpackEntries(query: URLSearchParams, warnings: string[]): [string, string][] {
  return [...query].flatMap(([key, value]): [string, string][] => {
    if (key !== 'z') return [[key, value]];
    const text = unpack(value);
    if (text !== null) return [...new URLSearchParams(text)];
    warnings.push('z: the packed part of this link is damaged; ask for the whole link again.');
    return [];
  });
}

function readEntry(link: ReadLink, key: string, value: string): void {
  const { warnings } = link;
  if (key === 'preset') link.preset = oneOf(key, value, PRESETS, warnings);
  else if (key === 'recipe') link.recipe = oneOf(key, value, RECIPES, warnings);
  else if (key === 'engine') link.engine = oneOf(key, value, ENGINE_CHOICES, warnings);
  else if (key === 'lang') link.language = oneOf(key, value, LANGUAGES, warnings);
  else if (key === 'view') link.isProjector = oneOf(key, value, ['projector'], warnings) !== null;
  else if (key === 'embed') link.isEmbedded = ['1', ''].includes(oneOf(key, value, ['1', '0', ''], warnings) ?? '0');
  else if (key === 'bench') link.opensBench = true;
  else if (key === 'hide') link.hidden = named(key, value, (name) => isPart(name) || isSettingKey(name), warnings);
  else if (key === 'show') link.shown = named(key, value, isSettingKey, warnings);
  else if (key === 'lesson') readLesson(link, value);
  else if (key === 'at') readLessonStep(link, value);
  else readSetting(link, key, value);
}

function readLesson(link: ReadLink, id: string): void {
  if (LESSON_ID.test(id)) link.lesson = { id, at: link.lesson?.at ?? 0 };
  else link.warnings.push(`lesson: got ${shownValue(id)}; expected the name of a lesson.`);
}

function readLessonStep(link: ReadLink, value: string): void {
  const at = Number(value);
  if (/^\d+$/.test(value) && at <= MOST_STEPS) link.lesson = { id: link.lesson?.id ?? '', at };
  else link.warnings.push(`at: got ${shownValue(value)}; expected a step from 0 to ${MOST_STEPS}.`);
}

function oneOf<T extends string>(key: string, value: string, options: readonly T[], warnings: string[]): T | null {
  const found = options.find((option) => option === value);
  if (!found) warnings.push(`${key}: got ${shownValue(value)}; expected one of ${options.join(', ')}.`);
  return found ?? null;
}

function named<T extends string>(key: string, value: string, is: (name: string) => boolean, warnings: string[]): T[] {
  const names = [...new Set(value.split(',').filter((name) => name !== ''))].slice(0, MOST_WORDS);
  for (const name of names.filter((candidate) => !is(candidate)))
    warnings.push(
      `${key}: got ${shownValue(name)}; expected a setting${key === 'hide' ? ` or one of ${PARTS.join(', ')}` : ''}.`,
    );
  return names.filter((name): name is T => is(name));
}

function readSetting(link: ReadLink, key: string, value: string): void {
  try {
    const setting = parseSetting(key, value);
    link.overrides[setting.key] = setting.value;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    link.warnings.push(shownName(error.message, 200));
  }
}

/** The query of an address that asks for `link`, without `?`; long ones come packed. */
export function writeLink(link: LinkState, version: number): string {
  const entries: [string, string][] = [['v', String(version)]];
  const add = (key: string, value: string | null) => {
    if (value !== null && value !== '') entries.push([key, value]);
  };
  add('preset', link.preset);
  add('recipe', link.recipe === 'proven' ? null : link.recipe);
  add('engine', link.engine === 'auto' ? null : link.engine);
  for (const [key, value] of Object.entries(link.overrides)) add(key, String(value));
  add('lang', link.language);
  add('hide', link.hidden.join(','));
  add('show', link.shown?.join(',') ?? null);
  add('lesson', link.lesson?.id ?? null);
  if (link.lesson !== null && link.lesson.at > 0) add('at', String(link.lesson.at));
  if (link.isProjector) add('view', 'projector');
  if (link.isEmbedded) add('embed', '1');
  // Commas and colons are allowed in a query; leaving them keeps addresses readable.
  const query = new URLSearchParams(entries).toString().replaceAll('%2C', ',');
  return query.length > PACK_ABOVE ? `z=${pack(query)}` : query;
}
