/** What a run told the page, kept so that a later visit can be told the same. */
import type { MetricKey } from '../metrics/metrics';
import type { Stage, StatusReport, WorkerEvent } from './protocol';

const KEPT = ['metrics', 'completions', 'stageDone', 'settingChanged', 'rewardReport', 'status'] as const;

/** The events that make up charts, answers and marks. */
export type JournalEvent = Extract<WorkerEvent, { type: (typeof KEPT)[number] }>;
type MetricsEvent = Extract<WorkerEvent, { type: 'metrics' }>;

function isKept(event: WorkerEvent): event is JournalEvent {
  return KEPT.some((type) => type === event.type);
}

/**
 * Collects events until they are saved. A status counts only where the stage or its length changes; chart points that
 * follow each other become one event.
 */
export class RunJournal {
  #events: JournalEvent[] = [];
  #place = '';

  /** Call before the event goes out: its buffers are transferred to the page. */
  add(event: WorkerEvent): void {
    if (!isKept(event)) return;
    if (event.type === 'status' && !this.#isNewPlace(event.status)) return;
    this.#events.push(event.type === 'metrics' ? copyMetrics(event) : event);
  }

  #isNewPlace({ stage, totalSteps, plan }: StatusReport): boolean {
    const place = `${plan} ${stage} ${totalSteps}`;
    if (stage === null || place === this.#place) return false;
    this.#place = place;
    return true;
  }

  /** How many events there are: what {@link first} and {@link drop} count. */
  get length(): number {
    return this.#events.length;
  }

  /** The oldest events, ready to be stored. */
  first(count: number): JournalEvent[] {
    return joinMetrics(this.#events.slice(0, count));
  }

  /** Lets the oldest events go, once they are stored. */
  drop(count: number): void {
    this.#events.splice(0, count);
  }

  clear(): void {
    this.#events = [];
    this.#place = '';
  }
}

function copyMetrics(event: MetricsEvent): MetricsEvent {
  return { ...event, keys: [...event.keys], steps: event.steps.slice(), values: event.values.slice() };
}

/** Chart points of one stage that follow each other, as one event: ten a second would be many small arrays. */
export function joinMetrics(events: readonly JournalEvent[]): JournalEvent[] {
  const joined: JournalEvent[] = [];
  let run: MetricsEvent[] = [];
  const end = () => {
    if (run.length > 0) joined.push(joinRun(run));
    run = [];
  };
  for (const event of events) {
    if (event.type !== 'metrics' || (run.length > 0 && run[0].stage !== event.stage)) end();
    if (event.type === 'metrics') run.push(event);
    else joined.push(event);
  }
  end();
  return joined;
}

function joinRun(run: readonly MetricsEvent[]): MetricsEvent {
  const keys = [...new Set(run.flatMap((event) => event.keys))];
  const column = new Map<MetricKey, number>(keys.map((key, k) => [key, k]));
  const steps = new Float64Array(run.reduce((sum, event) => sum + event.steps.length, 0));
  const values = new Float64Array(steps.length * keys.length).fill(NaN);
  let row = 0;
  for (const event of run)
    for (let s = 0; s < event.steps.length; s++, row++) {
      steps[row] = event.steps[s];
      event.keys.forEach((key, k) => {
        values[row * keys.length + column.get(key)!] = event.values[s * event.keys.length + k];
      });
    }
  return { type: 'metrics', stage: run[0].stage, keys, steps, values };
}

/** The newest value of every metric by stage. */
export function lastMetrics(
  events: readonly JournalEvent[],
  before: Readonly<Partial<Record<Stage, Partial<Record<MetricKey, number>>>>>,
): Partial<Record<Stage, Partial<Record<MetricKey, number>>>> {
  const last: Partial<Record<Stage, Partial<Record<MetricKey, number>>>> = { ...before };
  for (const event of events) {
    if (event.type !== 'metrics') continue;
    const { stage, keys, steps, values } = event;
    const row = { ...last[stage] };
    for (let s = 0; s < steps.length; s++)
      keys.forEach((key, k) => {
        const value = values[s * keys.length + k];
        if (!Number.isNaN(value)) row[key] = value;
      });
    last[stage] = row;
  }
  return last;
}
