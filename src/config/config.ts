import { ConfigError } from './errors';
import { shownName, shownValue } from './hiddenText';
import { PRESETS, RECIPES, type PerPreset, type Preset, type Recipe, type SettingRow } from './rows';
import { SETTINGS } from './settings';

export type SettingKey = keyof typeof SETTINGS;

type ValueOf<K extends SettingKey> = (typeof SETTINGS)[K]['kind'] extends 'number'
  ? number
  : (typeof SETTINGS)[K]['kind'] extends 'switch'
    ? boolean
    : (typeof SETTINGS)[K] extends { options: readonly (infer O)[] }
      ? O
      : never;

export type SettingValue = number | string | boolean;

/** All settings of a run: the dotted keys of the table, each with its own value type. */
export type Config = { [K in SettingKey]: ValueOf<K> };

/** What a run is made from: stored in `config.json`, in links and in checkpoints. */
export interface RunSettings {
  version: 1;
  preset: Preset;
  recipe: Recipe;
  /** Only what differs from the preset's column. */
  overrides: Partial<Record<SettingKey, SettingValue>>;
}

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** The row of a key, widened so that forms can switch on `kind`. */
export function settingRow(key: SettingKey): SettingRow {
  return SETTINGS[key];
}

function column<T>(value: PerPreset<T>, preset: Preset): T {
  return typeof value === 'object' && value !== null ? (value as Record<Preset, T>)[preset] : value;
}

/** The value of one setting in a preset's column of a recipe. */
export function defaultValue(key: SettingKey, preset: Preset, recipe: Recipe): SettingValue {
  const row = settingRow(key);
  const value = recipe === 'paper' && row.paper !== undefined ? row.paper : row.value;
  return column<SettingValue>(value, preset);
}

/** @throws ConfigError naming the key, the value and what was expected. */
export function validateSetting(key: SettingKey, value: unknown): SettingValue {
  const row = settingRow(key);
  const fail = (expected: string): never => {
    throw new ConfigError(`${key}: got ${shownValue(value)}; expected ${expected}.`);
  };
  if (row.kind === 'switch') return typeof value === 'boolean' ? value : fail('true or false');
  if (row.kind === 'choice') {
    return typeof value === 'string' && row.options.includes(value) ? value : fail(`one of ${row.options.join(', ')}`);
  }
  const range = `${row.integer ? 'a whole number' : 'a number'} from ${row.min} to ${row.max}`;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < row.min || value > row.max) return fail(range);
  if (row.integer && !Number.isInteger(value)) return fail(range);
  // Minus zero would not outlive a file.
  return value === 0 ? 0 : value;
}

/** Names the settings of the same group, or the groups. */
function unknownSetting(key: string): ConfigError {
  const groupOf = (name: string) => name.split('.')[0];
  const near = SETTING_KEYS.filter((name) => groupOf(name) === groupOf(key));
  const groups = [...new Set(SETTING_KEYS.map(groupOf))].map((group) => `${group}.…`);
  return new ConfigError(
    `${shownName(key)}: no such setting; expected one of ${(near.length > 0 ? near : groups).join(', ')}.`,
  );
}

/** Reads `value` as typed on a command line or in a link. @throws ConfigError */
export function parseSetting(key: string, text: string): { key: SettingKey; value: SettingValue } {
  if (!Object.hasOwn(SETTINGS, key)) {
    throw unknownSetting(key);
  }
  const known = key as SettingKey;
  const row = settingRow(known);
  const value =
    row.kind === 'number'
      ? text.trim() === ''
        ? NaN
        : Number(text)
      : row.kind === 'switch'
        ? text === 'true'
          ? true
          : text === 'false'
            ? false
            : text
        : text;
  if (typeof value === 'number' && Number.isNaN(value)) validateSetting(known, text);
  return { key: known, value: validateSetting(known, value) };
}

/** Room for the longest prompts of the world and for demonstrations a little longer than answers. */
const PROMPT_ROOM = 32;

/** Cross-field rules, checked before anything starts. @throws ConfigError */
export function checkConfig(config: Config): void {
  const rule = (holds: boolean, message: string) => {
    if (!holds) throw new ConfigError(message);
  };
  const width = config['model.width'];
  const heads = config['model.heads'];
  rule(width % heads === 0, `model.heads: ${heads} does not divide model.width ${width}; choose a divisor.`);
  rule(
    (width / heads) % 4 === 0,
    `model.heads: width ${width} over ${heads} heads gives ${width / heads} channels a head; expected a multiple of 4.`,
  );
  const batch = config['ppo.batchSize'];
  const minibatches = config['ppo.minibatches'];
  rule(
    batch % minibatches === 0,
    `ppo.minibatches: ${minibatches} does not divide ppo.batchSize ${batch}; choose a divisor such as 4.`,
  );
  const response = config['sampling.responseLength'];
  const context = config['model.context'];
  rule(
    response + PROMPT_ROOM <= context,
    `sampling.responseLength: ${response} leaves ${context - response} of model.context ${context} for the prompt; expected at least ${PROMPT_ROOM}.`,
  );
}

/** Resolves settings into the full table. @throws ConfigError on unknown keys, bad values or broken rules. */
export function resolveConfig(settings: RunSettings): Config {
  if (!PRESETS.includes(settings.preset))
    throw new ConfigError(`preset: got ${shownValue(settings.preset)}; expected one of ${PRESETS.join(', ')}.`);
  if (!RECIPES.includes(settings.recipe))
    throw new ConfigError(`recipe: got ${shownValue(settings.recipe)}; expected one of ${RECIPES.join(', ')}.`);
  const config: Record<string, SettingValue> = {};
  for (const key of SETTING_KEYS) config[key] = defaultValue(key, settings.preset, settings.recipe);
  for (const [key, value] of Object.entries(settings.overrides)) {
    if (!Object.hasOwn(SETTINGS, key)) throw unknownSetting(key);
    config[key] = validateSetting(key as SettingKey, value);
  }
  checkConfig(config as Config);
  return config as Config;
}

/**
 * Settings from outside: a recording, an archive, a record that an older version kept.
 * @param value as `JSON.parse` gives it
 * @throws ConfigError when it is not settings that {@link resolveConfig} takes
 */
export function parseSettings(value: unknown): RunSettings {
  const { version, preset, recipe, overrides, ...rest } = plainObject('settings', value);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw new ConfigError(`settings: got ${shownValue(unknown)}; expected version, preset, recipe and overrides only.`);
  if (version !== 1) throw new ConfigError(`settings.version: got ${shownValue(version)}; expected 1.`);
  const known = PRESETS.find((name) => name === preset);
  const column = RECIPES.find((name) => name === recipe);
  if (known === undefined)
    throw new ConfigError(`settings.preset: got ${shownValue(preset)}; expected one of ${PRESETS.join(', ')}.`);
  if (column === undefined)
    throw new ConfigError(`settings.recipe: got ${shownValue(recipe)}; expected one of ${RECIPES.join(', ')}.`);
  const checked: RunSettings['overrides'] = {};
  for (const [key, wanted] of Object.entries(plainObject('settings.overrides', overrides))) {
    if (!isSettingKey(key)) throw unknownSetting(key);
    checked[key] = validateSetting(key, wanted);
  }
  const settings: RunSettings = { version, preset: known, recipe: column, overrides: checked };
  resolveConfig(settings);
  return settings;
}

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key);

function plainObject(where: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${where}: got ${shownValue(value)}; expected an object.`);
  return value as Record<string, unknown>;
}

/** Number of parameters of the GPT a config describes (tied output layer). */
export function parameterCount(config: Config): number {
  const c = config['model.width'];
  const perBlock = 12 * c * c + 13 * c;
  return config['model.vocabulary'] * c + config['model.context'] * c + config['model.layers'] * perBlock + 2 * c;
}
