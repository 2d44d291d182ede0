import type { MetricKey } from '../../metrics/metrics';
import { readListPreference, readPreference, writePreference } from '../state/preferences';
import type { Axis } from './horizontal';
import { availableCharts, DEFAULT_CHARTS } from './chartSpecs';

const SMOOTHING = ['0', '0.5', '0.7', '0.8', '0.9', '0.95', '0.99'] as const;

const USUAL_SMOOTHING = '0.7';

/** What the charts of one screen share: which are shown, smoothing, zoom, scale and the linked cursor. */
export class ChartBoard {
  readonly screen: 'sft' | 'rm' | 'ppo';
  readonly available: MetricKey[];
  #chosen = $state.raw<MetricKey[] | null>(null);
  #smoothing = $state(SMOOTHING.indexOf(readPreference('smoothing', SMOOTHING, USUAL_SMOOTHING)));
  /** The level that comes back when smoothing is turned on again. */
  #before: number = SMOOTHING.indexOf(USUAL_SMOOTHING);
  zoom = $state.raw<[number, number] | null>(null);
  #axis = $state<Axis>('step');
  #isLog = $state(readPreference('logScale', ['off', 'on'], 'off') === 'on');
  hover = $state<number | null>(null);
  isExpanded = $state(false);

  constructor(screen: 'sft' | 'rm' | 'ppo') {
    this.screen = screen;
    this.available = availableCharts(screen);
    const stored = readListPreference(`charts.${screen}`);
    if (stored !== null) this.#chosen = this.available.filter((key) => stored.includes(key));
  }

  /** Charts in order: the defaults first in their own order, then what was added. */
  get shown(): MetricKey[] {
    const chosen = this.#chosen;
    const defaults = DEFAULT_CHARTS[this.screen];
    if (chosen === null) return [...defaults];
    return [...defaults.filter((key) => chosen.includes(key)), ...chosen.filter((key) => !defaults.includes(key))];
  }

  get isDefault(): boolean {
    return this.#chosen === null;
  }

  toggle(key: MetricKey): void {
    const shown = this.shown;
    this.#choose(shown.includes(key) ? shown.filter((other) => other !== key) : [...shown, key]);
  }

  /** Shows or hides all metrics of a group. */
  toggleAll(keys: readonly MetricKey[]): void {
    const shown = this.shown;
    const isAll = keys.every((key) => shown.includes(key));
    this.#choose([...shown.filter((key) => !keys.includes(key)), ...(isAll ? [] : keys)]);
  }

  #choose(keys: MetricKey[]): void {
    this.#chosen = keys;
    writePreference(`charts.${this.screen}`, keys.join(' '));
  }

  showDefaults(): void {
    this.#chosen = null;
    writePreference(`charts.${this.screen}`, DEFAULT_CHARTS[this.screen].join(' '));
  }

  get axis(): Axis {
    return this.#axis;
  }

  /** Another axis has other numbers: the zoom ends. */
  set axis(axis: Axis) {
    this.#axis = axis;
    this.zoom = null;
  }

  get isLog(): boolean {
    return this.#isLog;
  }

  set isLog(isLog: boolean) {
    this.#isLog = isLog;
    writePreference('logScale', isLog ? 'on' : 'off');
  }

  get smoothingLevel(): number {
    return this.#smoothing;
  }

  get smoothingLevels(): number {
    return SMOOTHING.length - 1;
  }

  set smoothingLevel(level: number) {
    this.#smoothing = level;
    writePreference('smoothing', SMOOTHING[level]);
  }

  /** Turns smoothing off, and on again as it was. */
  toggleSmoothing(): void {
    if (this.#smoothing > 0) {
      this.#before = this.#smoothing;
      this.smoothingLevel = 0;
    } else this.smoothingLevel = this.#before;
  }

  /** Share of the past kept at each point; 0 draws the raw line. */
  get smoothingWeight(): number {
    return Number(SMOOTHING[this.#smoothing]);
  }
}
