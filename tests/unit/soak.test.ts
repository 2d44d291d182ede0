import { describe, expect, it, vi } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { findGrowth, growthOf, type MemorySample } from '../soak/growth';
import { soak } from '../soak/soak';
import { tinyOverrides } from '../support/tinyRun';

vi.setConfig({ testTimeout: 240_000 });

const sample = (i: number, change: Partial<MemorySample> = {}): MemorySample => ({
  seconds: 60 * i,
  cycle: i,
  stage: 'end',
  tensors: 100,
  engineBytes: 1000,
  heapBytes: 50e6,
  bufferBytes: 10e6,
  ...change,
});
const series = (change: (i: number) => Partial<MemorySample>) =>
  Array.from({ length: 40 }, (_, i) => sample(i, change(i)));

describe('growth', () => {
  it('is the slope of a line through all samples', () => {
    expect(growthOf([0, 10, 20], [5, 6, 7])).toMatchObject({ perHour: 360, total: 2, first: 5, last: 7 });
    expect(growthOf([0, 10, 20, 30], [1, -1, 1, -1]).perHour).toBeLessThan(0);
    expect(() => growthOf([0, 1], [0, 1])).toThrow(RangeError);
  });

  it('is found in tensors, engine, heap and buffers, each by its own limit', () => {
    expect(findGrowth(series((i) => ({ heapBytes: 50e6 + (i % 3) * 1e6 })))).toEqual([]);
    expect(findGrowth(series((i) => ({ tensors: i < 20 ? 100 : 101 })))).toEqual([
      'tensors: 101 after run 20, 100 after run 1',
    ]);
    expect(findGrowth(series((i) => ({ engineBytes: 1000 + i })))[0]).toMatch(/^engineBytes: 1002 after run 2/);
    expect(findGrowth(series((i) => ({ heapBytes: 50e6 + i * 1e6 })))[0]).toMatch(
      /^heapBytes: grows by 57.2 MiB an hour/,
    );
    expect(findGrowth(series((i) => ({ bufferBytes: 2e6 * i })))[0]).toMatch(/^bufferBytes: grows/);
    // What only the start needs is no growth.
    expect(findGrowth(series((i) => ({ heapBytes: i < 9 ? 20e6 : 80e6 })))).toEqual([]);
  });
});

it('run after run in one session leaves tensors and engine bytes as they were', async () => {
  await startEngine('wasm');
  const samples = await soak({
    settings: (cycle) => ({
      version: 1,
      preset: 'nano',
      recipe: 'proven',
      overrides: { ...tinyOverrides, 'run.seed': cycle, 'ppo.iterations': 2 },
    }),
    plan: 'scratch',
    everySeconds: 0.05,
    goesOn: ({ stage, cycle }) => !(stage === 'end' && cycle === 2),
  });
  // The last policy of an earlier run is kept to be compared with, so the first run alone has none.
  const ends = samples.filter(({ stage, cycle }) => stage === 'end' && cycle > 0);
  expect(ends).toHaveLength(2);
  expect(ends[0].tensors).toBeGreaterThan(50);
  expect(new Set(ends.map(({ tensors }) => tensors)).size).toBe(1);
  expect(new Set(ends.map((end) => end.engineBytes)).size).toBe(1);
});
