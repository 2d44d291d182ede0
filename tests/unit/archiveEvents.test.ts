import { expect, test } from 'vitest';
import type { RunManifest, RunSnapshot } from '../../src/pipeline/snapshot';
import { archiveOf, eventsOf } from '../../src/worker/archiveEvents';
import type { Completion, StatusReport } from '../../src/worker/protocol';
import { joinMetrics, type JournalEvent } from '../../src/worker/runJournal';

const change = { stage: 'ppo', step: 2, key: 'ppo.klCoef', value: 0.3 } as const;
const manifest = {
  plan: 'all',
  changes: [change],
  at: { stage: 'ppo', step: 3, totalSteps: 40, episodes: 24 },
} as unknown as RunManifest;
const snapshot: RunSnapshot = { manifest, tensors: [] };

const answer = (text: string): Completion => ({
  prompt: 'Name a red fruit.',
  text,
  tokens: [text],
  score: 0.5,
  trueScore: null,
  kl: null,
  ended: true,
  ids: [1],
});
const status = (stage: 'sft' | 'ppo', totalSteps: number): JournalEvent => ({
  type: 'status',
  status: { stage, totalSteps, plan: 'all' } as StatusReport,
});
const told: JournalEvent[] = [
  status('sft', 2),
  {
    type: 'metrics',
    stage: 'sft',
    keys: ['sft/loss', 'sft/lr'],
    steps: Float64Array.of(1, 2),
    values: Float64Array.of(3, NaN, 2, 0.1),
  },
  { type: 'completions', policy: 'sft', step: 2, items: [answer('An apple.'), answer('A cherry.')] },
  status('ppo', 40),
  { type: 'metrics', stage: 'ppo', keys: ['objective/kl'], steps: Float64Array.of(1), values: Float64Array.of(0.5) },
  { type: 'settingChanged', ...change },
  { type: 'completions', policy: 'ppo', step: 2, items: [answer('A fire.')] },
];

test('an archive has a line for every step and every answer, with the stage it was given in', () => {
  const { metrics, samples } = archiveOf(snapshot, told);
  expect(metrics).toEqual([
    { stage: 'sft', step: 1, metrics: { 'sft/loss': 3 } },
    { stage: 'sft', step: 2, metrics: { 'sft/loss': 2, 'sft/lr': 0.1 } },
    { stage: 'ppo', step: 1, metrics: { 'objective/kl': 0.5 } },
  ]);
  expect(samples.map(({ stage, policy, step, text }) => [stage, policy, step, text])).toEqual([
    ['sft', 'sft', 2, 'An apple.'],
    ['sft', 'sft', 2, 'A cherry.'],
    ['ppo', 'ppo', 2, 'A fire.'],
  ]);
});

test('the page is told the same charts, marks and answers when it opens again', () => {
  const again = eventsOf(archiveOf(snapshot, told));
  expect(again.map(({ type }) => type)).toEqual(told.map(({ type }) => type));
  const points = (events: readonly JournalEvent[]) => joinMetrics(events).filter(({ type }) => type === 'metrics');
  expect(points(again)).toEqual(points(told));
  expect(again).toContainEqual({ type: 'settingChanged', ...change });
  const texts = again.flatMap((event) => (event.type === 'completions' ? [event.items.map(({ text }) => text)] : []));
  expect(texts).toEqual([['An apple.', 'A cherry.'], ['A fire.']]);
  const places = again.flatMap((event) =>
    event.type === 'status' ? [[event.status.stage, event.status.totalSteps, event.status.state]] : [],
  );
  expect(places).toEqual([
    ['sft', 2, 'stopped'],
    ['ppo', 40, 'stopped'],
  ]);
});

test('writing what was opened gives the same archive', () => {
  const once = archiveOf(snapshot, told);
  expect(archiveOf(snapshot, eventsOf(once))).toEqual(once);
});
