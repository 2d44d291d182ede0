import { settingRow, type SettingKey } from '../../config/config';
import { metricRow, type MetricKey } from '../../metrics/metrics';
import { translations } from './words.svelte';

/** Label, help and source of a setting in the language on screen; English is the settings table itself. */
export function settingTexts(key: SettingKey): { label: string; help: string; source: string; unit: string } {
  const row = settingRow(key);
  const unit = row.kind === 'number' ? (row.unit ?? '') : '';
  const own = translations()?.settings[key];
  return { label: row.label, help: row.help, source: row.source, unit, ...own };
}

/** A value of a setting that is chosen from a list, in the language on screen; English is the value itself. */
export function optionText(key: SettingKey, option: string): string {
  return translations()?.options[key]?.[option] ?? option.replaceAll('_', ' ');
}

/** What a metric is and how a healthy run shows in it, in the language on screen. */
export function metricTexts(key: MetricKey): { help: string; healthy: string } {
  const { help, healthy } = metricRow(key);
  return { help, healthy, ...translations()?.metrics[key] };
}
