import type { MetricKey } from '../../metrics/metrics';
import { formatMetric } from './format';

/** One sentence that says what a line shows, for people who read instead of look. */
export function summarizeSeries(
  key: MetricKey,
  steps: readonly number[],
  values: readonly number[],
  stepWord: string,
): string {
  if (values.length === 0) return `${key}: no points yet.`;
  const say = (value: number) => {
    const { text, unit } = formatMetric(key, value);
    return unit === '' ? text : `${text} ${unit}`;
  };
  const last = values[values.length - 1];
  if (values.length === 1) return `${key} is ${say(last)} at ${stepWord} ${steps[0]}.`;
  const first = values[0];
  const span = Math.max(...values) - Math.min(...values);
  const verb = Math.abs(last - first) <= span * 0.1 ? 'moved' : last > first ? 'rose' : 'fell';
  return `${key} ${verb} from ${say(first)} to ${say(last)} between ${stepWord} ${steps[0]} and ${steps[steps.length - 1]}.`;
}
