import { settingRow, type SettingKey, type SettingValue } from '../../config/config';
import type { RunModel } from './run.svelte';
import type { SettingsForm } from './settings.svelte';

/** A dragged slider is sent once it rests this long, so that one drag is one change on the charts. */
const SETTLE_MS = 250;

/** Values of the form that reach the running stage at once; the others wait for a restart. */
export class LiveSettings {
  #settling: Partial<Record<SettingKey, ReturnType<typeof setTimeout>>> = {};

  constructor(
    readonly form: SettingsForm,
    readonly live: RunModel,
  ) {}

  /** Takes a value from a control. */
  change(key: SettingKey, value: unknown): void {
    const checked = this.form.set(key, value);
    if (checked !== null) this.#send(key, checked);
  }

  reset(key: SettingKey): void {
    this.#send(key, this.form.reset(key));
  }

  #send(key: SettingKey, value: SettingValue): void {
    if (!settingRow(key).live || !this.live.isActive || this.form.applied === null) return;
    clearTimeout(this.#settling[key]);
    this.#settling[key] = setTimeout(() => this.live.client.send({ type: 'set', key, value }), SETTLE_MS);
    this.form.markLive(key, value);
  }
}
