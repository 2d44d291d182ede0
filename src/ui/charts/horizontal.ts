import type { MetricKey } from '../../metrics/metrics';
import { smoothSeries } from '../state/smoothing';

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
}

export const IDENTITY: StepMap = { toX: (step) => step, toStep: (x) => Math.round(x) };

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
  return { toX, toStep };
}
