import { expect, inject, test } from 'vitest';
import { soakPage } from '../soak/page';

const RUNS = 6;

/** A state that somebody still holds is 3 MiB a run. */
const ONE_STATE = 2 << 20;

test('run after run in one page leaves nothing behind but the lines of its charts', async () => {
  const samples = await soakPage({
    browser: inject('browserPath'),
    pageUrl: inject('pageUrl'),
    engine: 'wasm',
    updates: 2,
    batchSize: 8,
    everySeconds: 3600,
    goesOn: ({ cycle, isEnd }) => !(isEnd && cycle === RUNS - 1),
  });
  // The first run alone has no policy of an earlier one to be compared with.
  const [first, ...ends] = samples.filter(({ isEnd, cycle }) => isEnd && cycle > 0);
  expect(ends).toHaveLength(RUNS - 2);
  for (const end of ends) {
    expect(end.engineMb).toBe(first.engineMb);
    expect(end.listeners).toBeLessThanOrEqual(first.listeners + 20);
    expect(end.nodes).toBeLessThan(first.nodes + 400);
    for (const key of ['workerBufferBytes', 'workerHeapBytes', 'heapBytes'] as const)
      expect(end[key] - first[key], key).toBeLessThan(ONE_STATE);
  }
});
