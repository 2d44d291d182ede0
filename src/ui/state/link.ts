import { parseSetting, type SettingKey, type SettingValue } from '../../config/config';
import { ConfigError } from '../../config/errors';
import { PRESETS, RECIPES, type Preset, type Recipe } from '../../config/rows';

/** What an address asks for. Anything it does not say keeps its default. */
export interface LinkState<E extends string> {
  preset: Preset | null;
  recipe: Recipe | null;
  engine: E | null;
  overrides: Partial<Record<SettingKey, SettingValue>>;
  /** One line for each part that was not understood; the rest still counts. */
  warnings: string[];
}

function oneOf<T extends string>(key: string, value: string, options: readonly T[], warnings: string[]): T | null {
  const found = options.find((option) => option === value);
  if (!found) warnings.push(`${key}: got "${value}"; expected one of ${options.join(', ')}.`);
  return found ?? null;
}

/**
 * Reads settings from the query of an address: `?preset=nano&engine=wasm&ppo.klCoef=0`. Keys are those of the settings
 * table. Unknown keys and bad values become warnings.
 */
export function parseLink<E extends string>(query: string, engines: readonly E[]): LinkState<E> {
  const state: LinkState<E> = { preset: null, recipe: null, engine: null, overrides: {}, warnings: [] };
  for (const [key, value] of new URLSearchParams(query)) {
    if (key === 'preset') state.preset = oneOf(key, value, PRESETS, state.warnings);
    else if (key === 'recipe') state.recipe = oneOf(key, value, RECIPES, state.warnings);
    else if (key === 'engine') state.engine = oneOf(key, value, engines, state.warnings);
    else readSetting(state, key, value);
  }
  return state;
}

function readSetting(state: LinkState<string>, key: string, value: string): void {
  try {
    const setting = parseSetting(key, value);
    state.overrides[setting.key] = setting.value;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    state.warnings.push(error.message.length > 200 ? `${key}: no such setting.` : error.message);
  }
}
