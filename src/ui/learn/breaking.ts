import { SETTING_KEYS, type SettingKey } from '../../config/config';
import type { AppState } from '../state/app.svelte';
import { BREAK_PREFIX } from './breakages';
import type { Breakage } from './breakTypes';

const keysOf = ({ settings }: Breakage) => SETTING_KEYS.filter((key) => settings[key] !== undefined);

/** The run on screen was started with the settings of a breakage. */
export function isBroken(app: AppState, breakage: Breakage): boolean {
  return (
    app.form.applied !== null &&
    !app.isShowingReplay &&
    keysOf(breakage).every((key) => app.settingOfRun(key) === breakage.settings[key])
  );
}

/** Everything else goes back to its default first, so that the failure is the one that was measured. */
export function breakRun(app: AppState, breakage: Breakage): void {
  app.form.resetAll();
  for (const key of keysOf(breakage)) app.change(key, breakage.settings[key]);
  app.learning.start(`${BREAK_PREFIX}${breakage.id}`);
  app.start(app.isShipped ? breakage.plan : 'scratch');
  app.go(breakage.route);
}

/** Takes the changes back and starts the same plan again. */
export function repairRun(app: AppState, breakage: Breakage): void {
  for (const key of keysOf(breakage) satisfies SettingKey[]) app.resetSetting(key);
  app.start(app.isShipped ? breakage.plan : 'scratch');
  app.go(breakage.route);
}
