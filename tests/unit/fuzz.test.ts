import { describe, expect, it, vi } from 'vitest';
import { fuzz, NO_LIMITS } from '../fuzz/fuzz';
import { TARGETS } from '../fuzz/targets';
import { target } from '../fuzz/target';
import fc from 'fast-check';

/** The long run is `npm run test:fuzz`. */
const RUNS = 300;

// The archive needs a run to be made first.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describe('whatever it is fed, the parser of', () => {
  it.each(TARGETS)('$name reads or refuses in words', async (one) => {
    const report = await fuzz(one, RUNS, 7, NO_LIMITS);
    expect(report.failure).toBeNull();
    expect(report.runs).toBe(RUNS);
    // Inputs of only one kind would prove nothing.
    expect(Math.min(report.accepted, report.refused)).toBeGreaterThan(RUNS / 40);
  });
});

describe('the fuzzer', () => {
  it('finds what a parser throws, and makes it small', async () => {
    const bad = target('bad', 'texts', fc.string(), (text) => {
      if (text.includes('a')) throw new TypeError('no a');
      return 'accepted';
    });
    const { failure } = await fuzz(bad, 5000, 1, NO_LIMITS);
    expect(failure).toContain('input ["a"]');
  });

  it('finds a parser that hangs or holds on to what it read', async () => {
    const slow = target('slow', 'texts', fc.string(), () => {
      const begun = process.cpuUsage();
      while (process.cpuUsage(begun).user < 30_000);
      return 'accepted';
    });
    expect((await fuzz(slow, 3, 1, { ...NO_LIMITS, maxMs: 10 })).failure).toMatch(/took \d+ ms, twice/);
    const kept: Uint8Array[] = [];
    const greedy = target('greedy', 'texts', fc.constant(''), () => {
      kept.push(new Uint8Array(1 << 17));
      return 'accepted';
    });
    expect((await fuzz(greedy, 2000, 1, { ...NO_LIMITS, maxBytes: 60 << 20 })).failure).toMatch(/memory grew/);
  });
});
