import type { MetricKey } from '../../metrics/metrics';
import { smoothSeries } from '../state/smoothing';
import { niceStep } from './scaleY';

/** What the charts of a screen can be drawn over. `KL` shows the price of a score: the over-optimisation curve. */
export const AXES = ['step', 'tokens', 'episodes', 'seconds', 'KL'] as const;
export type Axis = (typeof AXES)[number];

export const AXIS_METRIC: Record<Exclude<Axis, 'step'>, MetricKey> = {
  tokens: 'sft/num_tokens',
  episodes: 'episode',
  seconds: 'perf/wall_s',
  KL: 'objective/kl',
};

export function axesOf(screen: 'sft' | 'rm' | 'ppo'): readonly Axis[] {
  if (screen === 'sft') return ['step', 'tokens', 'seconds'];
  return screen === 'rm' ? ['step', 'seconds'] : ['step', 'episodes', 'seconds', 'KL'];
}

interface Points {
  steps: readonly number[];
  values: readonly number[];
}

/** Translates steps into positions on the chosen axis and back. */
export interface StepMap {
  toX(step: number): number;
  toStep(x: number): number;
  /** Up to this step places stay and rise with the steps; null where any place may change. */
  readonly settledStep: number | null;
}

export const IDENTITY: StepMap = { toX: (step) => step, toStep: (x) => Math.round(x), settledStep: Infinity };

/** Before an axis has a point, nothing has a place on it. */
export const NOWHERE: StepMap = { toX: () => NaN, toStep: () => 0, settledStep: -Infinity };

/**
 * The map a metric defines: the x of a step is the metric's newest value at or before it.
 * KL wanders back and forth, so it is smoothed first like the lines drawn over it.
 * @param points points of the axis metric, steps ascending
 * @returns NaN positions before the first point
 */
export function stepMap(points: Points, smoothing: number): StepMap {
  const { steps } = points;
  const xs = smoothSeries(points.values, smoothing);
  const toX = (step: number): number => {
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NaN : xs[low - 1];
  };
  const toStep = (x: number): number => {
    let nearest = 0;
    for (let i = 1; i < xs.length; i++) if (Math.abs(xs[i] - x) < Math.abs(xs[nearest] - x)) nearest = i;
    return steps[nearest] ?? 0;
  };
  return { toX, toStep, settledStep: null };
}

/** At most this many steps of 1, 2 or 5 times a power of ten: then at most a fifth of the axis is empty. */
const END_STEPS = 10;

/** The next round number at or beyond a value, on its side of zero, so that an axis that follows a run rarely moves. */
function roundEnd(value: number): number {
  if (value === 0) return 0;
  const size = Math.abs(value);
  const step = niceStep(size, END_STEPS);
  return Math.sign(value) * Math.ceil(size / step - 1e-9) * step;
}

/**
 * What the whole axis shows. Steps: as many as the run is planned to have. Anything else: from zero to a round number
 * beyond the last place.
 * @param ends first and last places of all lines
 * @param total planned steps; 0 when unknown
 */
export function wholeRange(axis: Axis, ends: readonly number[], total: number): [number, number] {
  const last = Math.max(...ends, 0);
  if (axis === 'step') return [0, Math.max(total, last) || 10];
  return [roundEnd(Math.min(0, ...ends)), roundEnd(Math.max(last, 1e-3))];
}
