import type { MetricKey } from '../../metrics/metrics';
import { charts } from '../messages/en/charts';
import { formatMetric } from './format';

/** Points of a line, oldest first. */
export interface LinePoints {
  length: number;
  step(index: number): number;
  value(index: number): number;
}

function say(key: MetricKey, value: number): string {
  const { text, unit } = formatMetric(key, value);
  return unit === '' ? text : `${text} ${unit}`;
}

/** Where a line is lowest and highest. */
function extremes({ length, value }: LinePoints): { low: number; high: number } {
  let [low, high] = [0, 0];
  for (let i = 1; i < length; i++) {
    if (value(i) < value(low)) low = i;
    if (value(i) > value(high)) high = i;
  }
  return { low, high };
}

/** One sentence that says what a line shows, for people who read instead of look. */
export function summarizeSeries(metric: MetricKey, points: LinePoints, word: string): string {
  const { length } = points;
  if (length === 0) return charts.noPointsSentence({ metric });
  const first = points.value(0);
  const last = points.value(length - 1);
  const to = String(points.step(length - 1));
  if (length === 1) return charts.onePoint({ metric, value: say(metric, last), word, step: to });
  const { low, high } = extremes(points);
  const span = points.value(high) - points.value(low);
  const verb = Math.abs(last - first) <= span * 0.1 ? 'moved' : last > first ? 'rose' : 'fell';
  const ends = { first: say(metric, first), last: say(metric, last), from: String(points.step(0)), to };
  return charts[verb]({ metric, word, ...ends });
}

/** A second sentence: where the line was lowest and highest. Empty for fewer than three points. */
export function summarizeSpread(metric: MetricKey, points: LinePoints, word: string): string {
  if (points.length < 3) return '';
  const { low, high } = extremes(points);
  return charts.spread({
    word,
    low: say(metric, points.value(low)),
    lowAt: String(points.step(low)),
    high: say(metric, points.value(high)),
    highAt: String(points.step(high)),
  });
}
