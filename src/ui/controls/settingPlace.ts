import type { SettingKey, SettingValue } from '../../config/config';
import type { AppState } from '../state/app.svelte';

/** Where a control reads its value and puts a new one. */
export interface SettingPlace {
  value(key: SettingKey): SettingValue;
  isChanged(key: SettingKey): boolean;
  /** Why the last value was refused. */
  problem(key: SettingKey): string | undefined;
  change(key: SettingKey, value: unknown): void;
  reset(key: SettingKey): void;
}

/** The form of the page, whose live settings reach the run at once. */
export function formPlace(app: AppState): SettingPlace {
  return {
    value: (key) => app.form.value(key),
    isChanged: (key) => app.form.isChanged(key),
    problem: (key) => app.form.problem(key),
    change: (key, value) => app.change(key, value),
    reset: (key) => app.resetSetting(key),
  };
}
