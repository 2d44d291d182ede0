import {
  defaultValue,
  settingRow,
  SETTING_KEYS,
  validateSetting,
  type SettingKey,
  type SettingValue,
} from '../../config/config';
import { ConfigError } from '../../config/errors';
import { STAGES, type RunListing, type SavedPlace, type SettingChanges } from '../../worker/protocol';
import type { SettingPlace } from '../controls/settingPlace';

/** What may be set for a fork: the live settings of the stages that its checkpoint still has before it. */
export function forkKeys({ stage, isDone }: SavedPlace): SettingKey[] {
  const ahead: readonly string[] = isDone ? [] : STAGES.slice(stage === null ? 0 : STAGES.indexOf(stage));
  return SETTING_KEYS.filter((key) => settingRow(key).live === true && ahead.includes(settingRow(key).group));
}

/** Settings of a fork, as they differ from those of the run it begins from. */
export class ForkForm implements SettingPlace {
  changes = $state.raw<SettingChanges>({});
  #problems = $state.raw<Partial<Record<SettingKey, string>>>({});

  constructor(readonly run: RunListing) {}

  #own(key: SettingKey): SettingValue {
    const { preset, recipe, overrides } = this.run.settings;
    return overrides[key] ?? defaultValue(key, preset, recipe);
  }

  get isRefused(): boolean {
    return Object.keys(this.#problems).length > 0;
  }

  value(key: SettingKey): SettingValue {
    return this.changes[key] ?? this.#own(key);
  }

  isChanged(key: SettingKey): boolean {
    return this.changes[key] !== undefined;
  }

  problem(key: SettingKey): string | undefined {
    return this.#problems[key];
  }

  change(key: SettingKey, value: unknown): void {
    try {
      const checked = validateSetting(key, value);
      this.reset(key);
      if (checked !== this.#own(key)) this.changes = { ...this.changes, [key]: checked };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#problems = { ...this.#problems, [key]: error.message };
    }
  }

  reset(key: SettingKey): void {
    const { [key]: _change, ...changes } = this.changes;
    const { [key]: _problem, ...problems } = this.#problems;
    this.changes = changes;
    this.#problems = problems;
  }
}
