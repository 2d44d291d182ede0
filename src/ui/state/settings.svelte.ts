import {
  defaultValue,
  resolveConfig,
  settingRow,
  SETTING_KEYS,
  validateSetting,
  type Config,
  type RunSettings,
  type SettingKey,
  type SettingValue,
} from '../../config/config';
import { ConfigError } from '../../config/errors';
import type { Preset, Recipe, SettingGroup } from '../../config/rows';
import { STAGES, type Stage } from '../../worker/protocol';

type Overrides = Partial<Record<SettingKey, SettingValue>>;

/** The steps whose results depend on a group of settings. A change makes them stale. */
const AFFECTED: Record<SettingGroup, readonly Stage[]> = {
  run: ['sft', 'rm', 'ppo'],
  model: ['sft', 'rm', 'ppo'],
  data: ['sft', 'rm', 'ppo'],
  pretrain: ['sft', 'rm', 'ppo'],
  sft: ['sft', 'rm', 'ppo'],
  rm: ['rm', 'ppo'],
  sampling: ['rm', 'ppo'],
  ppo: ['ppo'],
};

function errorText(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  throw error;
}

/** The settings form: a preset, a recipe and what was changed, compared with what the current run was started with. */
export class SettingsForm {
  preset = $state<Preset>('small');
  recipe = $state<Recipe>('proven');
  #overrides = $state.raw<Overrides>({});
  /** Settings of the run on screen, kept up to date with live changes. Null before the first start. */
  #applied = $state.raw<RunSettings | null>(null);
  /** Text in a number box that is no valid value, with the reason. It never reaches a run. */
  #invalid = $state.raw<Partial<Record<SettingKey, string>>>({});

  get settings(): RunSettings {
    return { version: 1, preset: this.preset, recipe: this.recipe, overrides: this.#overrides };
  }

  get applied(): RunSettings | null {
    return this.#applied;
  }

  default(key: SettingKey): SettingValue {
    return defaultValue(key, this.preset, this.recipe);
  }

  value(key: SettingKey): SettingValue {
    return this.#overrides[key] ?? this.default(key);
  }

  isChanged(key: SettingKey): boolean {
    return this.#overrides[key] !== undefined;
  }

  problem(key: SettingKey): string | undefined {
    return this.#invalid[key];
  }

  /** The resolved table, or the reason why it cannot be resolved. */
  get resolved(): { config: Config; problem: null } | { config: null; problem: string } {
    const invalid = Object.values(this.#invalid)[0];
    if (invalid !== undefined) return { config: null, problem: invalid };
    try {
      return { config: resolveConfig(this.settings), problem: null };
    } catch (error) {
      return { config: null, problem: errorText(error) };
    }
  }

  /** Keys whose value differs from the run on screen and that need a restart. */
  get pending(): SettingKey[] {
    const applied = this.#applied;
    if (applied === null) return [];
    if (applied.preset !== this.preset || applied.recipe !== this.recipe) return [...SETTING_KEYS];
    return SETTING_KEYS.filter((key) => (applied.overrides[key] ?? this.default(key)) !== this.value(key));
  }

  /** Steps whose result no longer matches the form. */
  get staleStages(): Stage[] {
    const affected = this.pending.flatMap((key) => AFFECTED[settingRow(key).group]);
    return STAGES.filter((stage) => affected.includes(stage));
  }

  /**
   * Takes a value from a control. @returns the checked value, or null when it is refused (the reason is then in `problem`).
   */
  set(key: SettingKey, value: unknown): SettingValue | null {
    try {
      const checked = validateSetting(key, value);
      const { [key]: _old, ...rest } = this.#overrides;
      this.#overrides = checked === this.default(key) ? rest : { ...rest, [key]: checked };
      this.#clearProblem(key);
      return checked;
    } catch (error) {
      this.#invalid = { ...this.#invalid, [key]: errorText(error) };
      return null;
    }
  }

  reset(key: SettingKey): SettingValue {
    const { [key]: _old, ...rest } = this.#overrides;
    this.#overrides = rest;
    this.#clearProblem(key);
    return this.default(key);
  }

  resetAll(): void {
    this.#overrides = {};
    this.#invalid = {};
  }

  #clearProblem(key: SettingKey): void {
    const { [key]: _old, ...rest } = this.#invalid;
    this.#invalid = rest;
  }

  /** Remembers that a run was started with the form as it stands. */
  markStarted(): void {
    this.#applied = this.settings;
  }

  /** Takes over the settings of a run that is brought back. */
  adopt(settings: RunSettings): void {
    this.preset = settings.preset;
    this.recipe = settings.recipe;
    this.#overrides = { ...settings.overrides };
    this.#invalid = {};
    this.#applied = this.settings;
  }

  /** Remembers that a live change reached the run on screen. */
  markLive(key: SettingKey, value: SettingValue): void {
    if (this.#applied !== null)
      this.#applied = { ...this.#applied, overrides: { ...this.#applied.overrides, [key]: value } };
  }
}
