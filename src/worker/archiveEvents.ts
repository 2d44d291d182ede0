/** Between the journal of a run and the lines of its archive. */
import type { ArchivedMetrics, ArchivedSample, RunArchive } from '../pipeline/archiveEntries';
import type { Metrics } from '../pipeline/report';
import type { RunManifest, RunSnapshot } from '../pipeline/snapshot';
import { STAGES, type Stage, type StatusReport } from './protocol';
import { joinMetrics, type JournalEvent } from './runJournal';

/** A run as its archive holds it: metrics by step, and every answer that the board showed. */
export function archiveOf(snapshot: RunSnapshot, events: readonly JournalEvent[]): RunArchive {
  const [metrics, samples]: [ArchivedMetrics[], ArchivedSample[]] = [[], []];
  let stage: Stage | null = null;
  for (const event of events) {
    if (event.type === 'status') ({ stage } = event.status);
    else if (event.type === 'metrics') metrics.push(...metricsLines(event));
    else if (event.type === 'completions')
      for (const { prompt, text, tokens, score, trueScore, kl, ended } of event.items)
        samples.push({
          policy: event.policy,
          stage,
          step: event.step,
          prompt,
          text,
          tokens: [...tokens],
          score,
          trueScore,
          kl,
          ended,
        });
  }
  return { snapshot, metrics, samples };
}

function metricsLines({ stage, keys, steps, values }: Extract<JournalEvent, { type: 'metrics' }>): ArchivedMetrics[] {
  return Array.from(steps, (step, s) => {
    const row = keys.flatMap((key, k) => {
      const value = values[s * keys.length + k];
      return Number.isNaN(value) ? [] : [[key, value] as const];
    });
    return { stage, step, metrics: Object.fromEntries(row) as Metrics };
  });
}

/** What the page is told of a run that came as an archive: the same charts, marks and answers. */
export function eventsOf({ snapshot: { manifest }, metrics, samples }: RunArchive): JournalEvent[] {
  return STAGES.flatMap((stage) => {
    const rows = metrics.filter((line) => line.stage === stage);
    const answers = samples.filter((sample) => sample.stage === stage);
    if (rows.length === 0 && answers.length === 0) return [];
    const changes = manifest.changes.filter((change) => change.stage === stage);
    return [
      { type: 'status', status: statusIn(manifest, stage, rows.at(-1)?.step ?? 0) } as const,
      ...joinMetrics(rows.map(metricsEvent)),
      ...changes.map((change) => ({ type: 'settingChanged', ...change }) as const),
      ...completionEvents(answers),
    ];
  });
}

function metricsEvent({ stage, step, metrics }: ArchivedMetrics): JournalEvent {
  const entries = Object.entries(metrics) as [keyof Metrics, number][];
  return {
    type: 'metrics',
    stage,
    keys: entries.map(([key]) => key),
    steps: Float64Array.of(step),
    values: Float64Array.from(entries, ([, value]) => value),
  };
}

/** Answers of one policy at one step were given together. */
function completionEvents(samples: readonly ArchivedSample[]): JournalEvent[] {
  const events: Extract<JournalEvent, { type: 'completions' }>[] = [];
  for (const { policy, step, stage: _, ...completion } of samples) {
    const last = events.at(-1);
    if (last?.policy === policy && last.step === step) last.items.push(completion);
    else events.push({ type: 'completions', policy, step, items: [completion] });
  }
  return events;
}

function statusIn(manifest: RunManifest, stage: Stage, lastStep: number): StatusReport {
  const at = STAGES.indexOf(stage);
  const states = STAGES.map((name, i) => [name, i < at ? 'done' : i === at ? 'running' : 'ready'] as const);
  return {
    state: 'stopped',
    plan: manifest.plan,
    stage,
    stages: Object.fromEntries(states) as StatusReport['stages'],
    step: lastStep,
    totalSteps: manifest.at.stage === stage ? manifest.at.totalSteps : lastStep,
    episodes: 0,
    tokensPerSecond: 0,
    etaSeconds: null,
    activity: null,
    memoryMb: 0,
  };
}
