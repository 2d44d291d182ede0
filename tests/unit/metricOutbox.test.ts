import { afterEach, expect, test, vi } from 'vitest';
import { MetricOutbox } from '../../src/worker/metricOutbox';
import type { WorkerEvent } from '../../src/worker/protocol';

afterEach(() => vi.useRealTimers());

test('points leave by rising step, although losses of earlier steps come after the times of later ones', () => {
  // The clock stands: a busy machine must not make two messages of one.
  vi.useFakeTimers({ toFake: ['performance'] });
  const posted: WorkerEvent[] = [];
  const outbox = new MetricOutbox((event) => posted.push(event));
  outbox.add('sft', [{ step: 3, metrics: { 'perf/step_ms': 6 } }]);
  outbox.add('sft', [
    { step: 2, metrics: { 'sft/loss': 0.9 } },
    { step: 3, metrics: { 'sft/loss': 0.8 } },
  ]);
  outbox.flush();

  const points = posted.flatMap((event) => {
    if (event.type !== 'metrics') throw new Error(`got ${event.type}; expected metrics only.`);
    const loss = event.keys.indexOf('sft/loss');
    return [...event.steps].map((step, s) => [step, event.values[s * event.keys.length + loss]]);
  });
  expect(points).toEqual([
    [2, 0.9],
    [3, 0.8],
  ]);
});
