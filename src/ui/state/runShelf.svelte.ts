import { defaultValue, settingRow, SETTING_KEYS, type RunSettings, type SettingKey } from '../../config/config';
import type { MetricKey } from '../../metrics/metrics';
import type { Stage } from '../../worker/protocol';
import { charts } from '../messages/en/charts';
import { optionText, settingTexts } from '../messages/tables';
import { formatSetting } from './format';
import type { MetricBook, MetricSeries } from './metricSeries';

/** Colours of other runs: none of them is a policy's. */
export const RUN_COLOURS = ['run1', 'run2', 'run3', 'run4', 'run5'] as const;
export type RunColour = (typeof RUN_COLOURS)[number];

/** The lines of one run, wherever they come from: this visit, a recording, or a library of stored runs. */
export interface RunSeries {
  id: string;
  name: string;
  colour: RunColour;
  /** Null for the recorded run, which is known by that. */
  settings: RunSettings | null;
  series(stage: Stage, key: MetricKey): MetricSeries | undefined;
  keys(stage: Stage): readonly MetricKey[];
}

/** Runs drawn together, the one on screen included. */
export const MOST_OVERLAID = 6;
/** Runs kept in memory. */
const MOST_KEPT = 12;
/** Settings named in a difference before the rest is counted. */
const MOST_NAMED = 3;

/**
 * The settings in which a run differs from its preset, in the words of the table.
 * @param beside runs listed beside it: what sets it apart from them is named first
 */
export function settingsDifference(settings: RunSettings, beside: readonly RunSettings[] = []): string {
  const { preset, recipe, overrides } = settings;
  const isShared = (key: SettingKey) => beside.every((other) => other.overrides[key] === overrides[key]);
  const changed = SETTING_KEYS.filter(
    (key) => overrides[key] !== undefined && overrides[key] !== defaultValue(key, preset, recipe),
  ).sort((a, b) => Number(isShared(a)) - Number(isShared(b)));
  const words = changed.slice(0, MOST_NAMED).map((key) => settingWords(key, overrides[key]!));
  const rest = changed.length > MOST_NAMED ? [`+${changed.length - MOST_NAMED}`] : [];
  return [preset, ...(recipe === 'paper' ? ['paper'] : []), ...words, ...rest].join(', ');
}

/** What is said of a run whose lines are drawn. @param beside runs drawn beside it */
export function runDifference({ settings }: RunSeries, beside: readonly (RunSettings | null)[]): string {
  if (settings === null) return charts.recordedRun();
  return settingsDifference(
    settings,
    beside.filter((other) => other !== null),
  );
}

function settingWords(key: SettingKey, value: string | number | boolean): string {
  const name = settingRow(key).symbol ?? settingTexts(key).label;
  if (typeof value === 'number') return `${name} ${formatSetting(value)}`;
  return `${name} ${typeof value === 'string' ? optionText(key, value) : String(value)}`;
}

/** Finished and left runs of this visit, and which of them are drawn beside the one on screen. */
export class RunShelf {
  #kept = $state.raw<readonly RunSeries[]>([]);
  #shown = $state.raw<readonly string[]>([]);
  #count = 0;

  get runs(): readonly RunSeries[] {
    return this.#kept;
  }

  /** Runs to draw, oldest first. */
  get overlays(): readonly RunSeries[] {
    return this.#kept.filter(({ id }) => this.#shown.includes(id));
  }

  isShown(id: string): boolean {
    return this.#shown.includes(id);
  }

  /** At most five besides the run on screen; one more takes the place of the one shown longest. */
  toggle(id: string): void {
    if (this.isShown(id)) {
      this.#shown = this.#shown.filter((other) => other !== id);
      return;
    }
    this.#shown = this.#shown.slice(2 - MOST_OVERLAID);
    const taken = this.overlays.map(({ colour }) => colour);
    const free = RUN_COLOURS.filter((colour) => !taken.includes(colour));
    this.#kept = this.#kept.map((run) =>
      run.id === id && !free.includes(run.colour) ? { ...run, colour: free[0] } : run,
    );
    this.#shown = [...this.#shown, id];
  }

  /** Takes the lines of a run that ends; the newest is shown at once, so that a change can be compared with before. */
  keep(name: string, settings: RunSettings, book: MetricBook): void {
    if (!book.hasPoints) return;
    const lines = book.take();
    const run: RunSeries = {
      id: `${name}/${this.#count++}`,
      name,
      colour: RUN_COLOURS[this.#count % RUN_COLOURS.length],
      settings,
      series: (stage, key) => lines.series(stage, key),
      keys: (stage) => lines.keys(stage),
    };
    this.add(run);
    this.toggle(run.id);
  }

  /** Adds a run from elsewhere, in a colour that the shown ones leave free. */
  add(run: RunSeries): void {
    const others = this.#kept.filter(({ id }) => id !== run.id);
    this.#kept = [...others, run].slice(-MOST_KEPT);
    this.#shown = this.#shown.filter((id) => this.#kept.some((kept) => kept.id === id));
  }
}
