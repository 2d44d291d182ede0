import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReplayClient } from '../../src/worker/client';
import type { RecordedRun, StatusReport, WorkerEvent } from '../../src/worker/protocol';

function status(step: number): StatusReport {
  const stages = { pretrain: 'ready', sft: 'ready', rm: 'ready', ppo: 'running' } as const;
  return {
    state: 'running',
    plan: 'ppo',
    stage: 'ppo',
    stages,
    step,
    totalSteps: 3,
    episodes: 0,
    tokensPerSecond: 10,
    etaSeconds: null,
    activity: null,
    memoryMb: 1,
  };
}

const RUN: RecordedRun = {
  version: 1,
  settings: { version: 1, preset: 'nano', recipe: 'proven', overrides: {} },
  provenance: 'test',
  events: [
    { atMs: 1000, event: { type: 'status', status: status(1) } },
    {
      atMs: 1100,
      event: {
        type: 'metrics',
        stage: 'ppo',
        keys: ['objective/kl', 'objective/true_score'],
        steps: [1],
        values: [0.5, null],
      },
    },
    { atMs: 2000, event: { type: 'status', status: status(2) } },
    { atMs: 3000, event: { type: 'status', status: { ...status(3), state: 'done' } } },
  ],
};

describe('a recorded run', () => {
  let events: WorkerEvent[];
  let client: ReplayClient;
  const start = () => client.send({ type: 'start', plan: 'ppo', settings: RUN.settings });
  const last = () => {
    const event = events.findLast((candidate) => candidate.type === 'status');
    return event === undefined ? 'nothing' : `${event.status.state} ${event.status.step}`;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    events = [];
    client = new ReplayClient(RUN, 2);
    client.subscribe((event) => events.push(event));
  });
  afterEach(() => {
    client.close();
    vi.useRealTimers();
  });

  it('plays at its speed, with nulls turned into NaN', () => {
    start();
    vi.advanceTimersByTime(150);
    const metrics = events.find((event) => event.type === 'metrics');
    expect(metrics?.values).toEqual(Float64Array.of(0.5, NaN));
    expect(metrics?.steps).toBeInstanceOf(Float64Array);
    vi.advanceTimersByTime(400);
    expect(last()).toBe('running 2');
    vi.advanceTimersByTime(1000);
    expect(last()).toBe('done 3');
  });

  it('pauses, steps to the next status and goes on', () => {
    start();
    vi.advanceTimersByTime(100);
    client.send({ type: 'pause' });
    expect(last()).toBe('paused 1');
    const held = events.length;
    vi.advanceTimersByTime(5000);
    expect(events.length).toBe(held);
    client.send({ type: 'step' });
    expect(last()).toBe('paused 2');
    client.send({ type: 'resume' });
    vi.advanceTimersByTime(2000);
    expect(last()).toBe('done 3');
  });

  it('starts again from the beginning and stops listening when unsubscribed', () => {
    start();
    vi.advanceTimersByTime(5000);
    start();
    vi.advanceTimersByTime(50);
    expect(last()).toBe('running 1');
    const quiet: WorkerEvent[] = [];
    client.subscribe((event) => quiet.push(event))();
    vi.advanceTimersByTime(5000);
    expect(quiet).toEqual([]);
  });
});
