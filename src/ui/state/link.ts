import { parseSetting, SETTING_KEYS, type SettingKey, type SettingValue } from '../../config/config';
import { ConfigError } from '../../config/errors';
import { PRESETS, RECIPES, type Preset, type Recipe } from '../../config/rows';
import { LANGUAGES, type Language } from '../messages/words.svelte';
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
  /** One line for each part that an older version wrote differently, with what it became. */
  changes: string[];
}

/** An address longer than this is packed: some chat programs and class sheets cut long ones. */
const PACK_ABOVE = 300;

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
  const entries = unpackEntries(new URLSearchParams(query), link.warnings);
  const { current, changes, warnings } = migrateLink(entries);
  link.changes.push(...changes);
  link.warnings.push(...warnings);
  for (const [key, value] of current) readEntry(link, key, value);
  return link;
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
  else if (key === 'embed') link.isEmbedded = value !== '0';
  else if (key === 'hide') link.hidden = named(key, value, (name) => isPart(name) || isSettingKey(name), warnings);
  else if (key === 'show') link.shown = named(key, value, isSettingKey, warnings);
  else if (key === 'lesson') link.lesson = { id: value, at: link.lesson?.at ?? 0 };
  else if (key === 'at') link.lesson = { id: link.lesson?.id ?? '', at: Math.max(0, Math.trunc(Number(value)) || 0) };
  else readSetting(link, key, value);
}

function oneOf<T extends string>(key: string, value: string, options: readonly T[], warnings: string[]): T | null {
  const found = options.find((option) => option === value);
  if (!found) warnings.push(`${key}: got "${value}"; expected one of ${options.join(', ')}.`);
  return found ?? null;
}

function named<T extends string>(key: string, value: string, is: (name: string) => boolean, warnings: string[]): T[] {
  const names = value.split(',').filter((name) => name !== '');
  for (const name of names.filter((candidate) => !is(candidate)))
    warnings.push(
      `${key}: got "${name}"; expected a setting${key === 'hide' ? ` or one of ${PARTS.join(', ')}` : ''}.`,
    );
  return names.filter((name): name is T => is(name));
}

function readSetting(link: ReadLink, key: string, value: string): void {
  try {
    const setting = parseSetting(key, value);
    link.overrides[setting.key] = setting.value;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    link.warnings.push(error.message.length > 200 ? `${key}: no such setting.` : error.message);
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
