/** Between the journal of a run and the lines of its archive. */
import type { Metrics } from '../pipeline/report';
import type { Stage } from './protocol';
import type { JournalEvent } from './runJournal';

export interface MetricsLine {
  stage: Stage;
  step: number;
  metrics: Metrics;
}

/** A line of metrics for every step of every stage. */
export function metricsLines(events: readonly JournalEvent[]): MetricsLine[] {
  return events.flatMap((event) => {
    if (event.type !== 'metrics') return [];
    const { stage, keys, steps, values } = event;
    return Array.from(steps, (step, s) => {
      const row = keys.flatMap((key, k) => {
        const value = values[s * keys.length + k];
        return Number.isNaN(value) ? [] : [[key, value] as const];
      });
      return { stage, step, metrics: Object.fromEntries(row) as Metrics };
    });
  });
}
