import { describe, expect, test } from 'vitest';
import type { MetricKey } from '../../src/metrics/metrics';
import type { Stage, StatusReport, WorkerEvent } from '../../src/worker/protocol';
import { joinMetrics, lastMetrics, RunJournal, type JournalEvent } from '../../src/worker/runJournal';

const metrics = (stage: Stage, points: Partial<Record<MetricKey, number>>[], from = 1): JournalEvent => {
  const keys = [...new Set(points.flatMap((point) => Object.keys(point) as MetricKey[]))];
  return {
    type: 'metrics',
    stage,
    keys,
    steps: Float64Array.from(points, (_, i) => from + i),
    values: Float64Array.from(points.flatMap((point) => keys.map((key) => point[key] ?? NaN))),
  };
};
const status = (stage: Stage | null, step: number, totalSteps = 10): WorkerEvent => ({
  type: 'status',
  status: { plan: 'all', stage, step, totalSteps, state: 'running' } as StatusReport,
});
const answers = (step: number): WorkerEvent => ({ type: 'completions', policy: 'sft', step, items: [] });

describe('the journal', () => {
  test('keeps what charts and answers are made of, and a status where the stage changes', () => {
    const journal = new RunJournal();
    const told: WorkerEvent[] = [
      status(null, 0),
      status('sft', 0),
      status('sft', 1),
      answers(1),
      { type: 'failed', kind: 'config', message: 'no', stage: 'sft', step: 1 },
      status('sft', 2),
      status('rm', 0, 4),
    ];
    told.forEach((event) => journal.add(event));
    expect(journal.first(99)).toEqual([status('sft', 0), answers(1), status('rm', 0, 4)]);
  });

  test('holds copies, because the page takes the buffers with it', () => {
    const journal = new RunJournal();
    const event = metrics('sft', [{ 'sft/loss': 3 }]) as Extract<WorkerEvent, { type: 'metrics' }>;
    journal.add(event);
    structuredClone(event, { transfer: [event.steps.buffer, event.values.buffer] });
    expect(journal.first(1)).toEqual([metrics('sft', [{ 'sft/loss': 3 }])]);
  });

  test('lets go what was stored and keeps what came since', () => {
    const journal = new RunJournal();
    [answers(1), answers(2), answers(3)].forEach((event) => journal.add(event));
    expect(journal.first(2)).toEqual([answers(1), answers(2)]);
    journal.drop(2);
    expect(journal.length).toBe(1);
    expect(journal.first(9)).toEqual([answers(3)]);
  });

  test('a second run begins with its own first status', () => {
    const journal = new RunJournal();
    journal.add(status('sft', 0));
    journal.clear();
    journal.add(status('sft', 0));
    expect(journal.length).toBe(1);
  });
});

describe('chart points', () => {
  test('neighbours of one stage become one event, with gaps where a metric is missing', () => {
    const joined = joinMetrics([
      metrics('sft', [{ 'sft/loss': 3 }, { 'sft/loss': 2 }]),
      metrics('sft', [{ 'sft/lr': 0.1, 'sft/loss': 1 }], 3),
      metrics('rm', [{ 'rm/loss': 9 }]),
    ]);
    expect(joined).toEqual([
      {
        type: 'metrics',
        stage: 'sft',
        keys: ['sft/loss', 'sft/lr'],
        steps: Float64Array.of(1, 2, 3),
        values: Float64Array.of(3, NaN, 2, NaN, 1, 0.1),
      },
      metrics('rm', [{ 'rm/loss': 9 }]),
    ]);
  });

  test('an answer between them keeps its place', () => {
    const parts = [
      metrics('sft', [{ 'sft/loss': 3 }]),
      answers(1) as JournalEvent,
      metrics('sft', [{ 'sft/loss': 2 }], 2),
    ];
    expect(joinMetrics(parts)).toEqual(parts);
  });

  test('the newest value of every metric counts, beside those of stages before', () => {
    const events = [metrics('ppo', [{ 'objective/kl': 1, 'objective/scores': 0.5 }, { 'objective/kl': 2 }])];
    expect(lastMetrics(events, { sft: { 'sft/loss': 3 }, ppo: { 'len/mean': 7 } })).toEqual({
      sft: { 'sft/loss': 3 },
      ppo: { 'len/mean': 7, 'objective/kl': 2, 'objective/scores': 0.5 },
    });
  });
});
