import { expect, test } from 'vitest';
import { agreement, EQUAL_TOKENS, TOLERANCE } from '../../src/bench/agreement';
import { compete } from '../../src/bench/compete';
import type { BenchEngine, Contestant, SideCommand, SideReply } from '../../src/bench/protocol';
import { quantile, ratioToOurs, summarise, UNMEASURED, type BenchRow } from '../../src/bench/rows';
import type { Rep } from '../../src/bench/side';
import { makeTask } from '../../src/bench/task';
import { flopsOf, workload, WORKLOADS } from '../../src/bench/workloads';
import { ConfigError } from '../../src/config/errors';
import { parseBenchArguments } from '../bench/arguments';
import { drawPicture } from '../bench/picture';
import { formatTables } from '../bench/table';

const rep = (ms: number, values: number[] = []): Rep => ({
  units: 1,
  ms,
  encodeMs: ms / 2,
  dispatches: 70,
  submits: 1,
  readbacks: 0,
  bytesPeak: 1000 * ms,
  values,
});

function row(side: string, engine: BenchEngine, ms: number | null): BenchRow {
  const base = { workload: 'W1' as const, side, engine, adapter: 'somewhere', status: 'ok' as const, note: '' };
  return { ...base, ...UNMEASURED, ms_median: ms, ms_p90: ms, gflops: ms === null ? null : 1 / ms };
}

test('arguments are read in the order of the tables, whatever order they came in', () => {
  const args = parseBenchArguments(['--workloads', 'W4,W1', '--sides', 'tfjs,ours', '--reps', '3', '--json', 'a.json']);
  expect(args.workloads).toEqual(['W1', 'W4']);
  expect(args.sides).toEqual(['ours', 'tfjs']);
  expect(args).toMatchObject({ reps: 3, json: 'a.json', svg: null, in: 'node' });
});

test.each([
  [['--workloads', 'W9'], /--workloads: got "W9"; expected some of W1/],
  [['--sides', 'ours,jax'], /--sides: got "jax"/],
  [['--engines', 'gpu'], /--engines: got "gpu"/],
  [['--in', 'deno'], /--in: got "deno"/],
  [['--reps', '0'], /--reps: got "0"; expected a whole number above 0/],
  [['--reps', '1.5'], /--reps: got "1.5"/],
  [['--budget', 'long'], /--budget: got "long"/],
  [['--json'], /--json: got no value/],
  [['--reps', '--json'], /--reps: got no value/],
  [['--fast', 'yes'], /--fast: no such option/],
])('%j is refused in one line', (argv, message) => {
  expect(() => parseBenchArguments(argv)).toThrow(ConfigError);
  expect(() => parseBenchArguments(argv)).toThrow(message);
});

test('quantiles lie in proportion between two values', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20], 0.9)).toBeCloseTo(19);
  expect(quantile([7], 0.9)).toBe(7);
});

test('a row has median, 90th percentile, GFLOP/s and its share of the bare product', () => {
  const measured = summarise([rep(10), rep(30), rep(20)], 4e9, 400, true);
  expect(measured).toMatchObject({ ms_median: 20, reps: 3, dispatches: 70, bytes_peak: 30_000, encode_ms: 10 });
  expect(measured.ms_p90).toBeCloseTo(28);
  expect(measured.gflops).toBeCloseTo(200);
  expect(measured.share).toBeCloseTo(0.5);
  expect(summarise([], 4e9, 400, true)).toEqual(UNMEASURED);
  expect(summarise([rep(10)], null, null, false)).toMatchObject({ gflops: null, share: null, dispatches: null });
});

test('ratios are to the best of ours on the same kind of engine', () => {
  const rows = [
    row('ours', 'webgpu', 4),
    row('ours-eager', 'webgpu', 1),
    row('ours', 'wasm', 2),
    row('tfjs', 'webgpu', 12),
    row('tfjs', 'wasm', 12),
    row('pytorch', 'eager', 1),
    row('tfjs', 'null', 9),
    row('nanogpt', 'webgpu', null),
  ];
  expect(rows.map((each) => ratioToOurs(each, rows))).toEqual([1, 0.25, 1, 3, 6, 0.5, null, null]);
});

test('five steps are compared to 1e-3, and one sabotaged loss is enough to be caught', () => {
  const losses = [5.5, 5.4, 5.3, 5.2, 5.1];
  const w1 = workload('W1');
  expect(
    agreement(
      w1,
      losses,
      losses.map((loss) => loss + 0.9 * TOLERANCE),
    ).agrees,
  ).toBe(true);
  const sabotaged = [...losses];
  sabotaged[4] += 2 * TOLERANCE;
  expect(agreement(w1, losses, sabotaged)).toMatchObject({ agrees: false, detail: 'losses of 5 steps within 2.0e-3' });
  expect(agreement(w1, losses, [...losses.slice(0, 4), NaN]).agrees).toBe(false);
  expect(agreement(w1, losses, []).agrees).toBe(false);
  // A slow side did two steps.
  expect(agreement(w1, losses, losses.slice(0, 2))).toMatchObject({ agrees: true });
});

test('advantages must all be there and agree, tokens nearly all', () => {
  expect(agreement(workload('W4'), [1, 2], [1, 2]).agrees).toBe(true);
  expect(agreement(workload('W4'), [1, 2], [1]).agrees).toBe(false);
  expect(agreement(workload('W4'), [1, 2], [1, 2.01]).agrees).toBe(false);
  const tokens = Array.from({ length: 100 }, (_, i) => i);
  const off = (count: number) => tokens.map((token, i) => (i < count ? -1 : token));
  const most = Math.round(100 * (1 - EQUAL_TOKENS));
  expect(agreement(workload('W3'), tokens, off(most)).agrees).toBe(true);
  expect(agreement(workload('W3'), tokens, off(most + 1)).agrees).toBe(false);
});

/** A side that answers from a list. */
function actor(
  side: string,
  answer: (command: SideCommand, count: number) => SideReply,
): Contestant & { log: string[] } {
  const log: string[] = [];
  let reps = 0;
  return {
    side,
    engine: 'wasm',
    log,
    ask(command) {
      log.push(command.type === 'rep' ? `rep ${command.units}${command.isGreedy ? ' checked' : ''}` : command.type);
      return Promise.resolve(answer(command, command.type === 'rep' ? reps++ : 0));
    },
    close: () => {},
  };
}

const obedient =
  (loss: (step: number) => number, ms = 100) =>
  (command: SideCommand, count: number): SideReply => {
    if (command.type === 'start') return { type: 'started', adapter: 'chip', isSoftware: true, yardstick: 8 };
    if (command.type === 'rep') return { type: 'rep', rep: rep(ms, [loss(count)]) };
    return { type: command.type === 'prepare' ? 'prepared' : 'dropped' };
  };

test('sides take turns; a wrong curve, a refusal and a crash are rows that say so', async () => {
  const ours = actor(
    'ours',
    obedient((step) => 5 - 0.1 * step),
  );
  const wrong = actor(
    'tfjs',
    obedient((step) => 5 - 0.11 * step),
  );
  const dead = actor('jax-js', () => ({ type: 'failed', reason: 'ended with code 1' }));
  const lacking = actor('nanogpt', (command, count) =>
    command.type === 'prepare' ? { type: 'skipped', reason: 'has none' } : obedient(() => 5)(command, count),
  );
  const options = { reps: 2, budget: 60 };
  const { rows } = await compete([ours, wrong, dead, lacking], [workload('W1')], options);
  expect(rows.map(({ side, status }) => [side, status])).toEqual([
    ['ours', 'ok'],
    ['tfjs', 'disagrees'],
    ['jax-js', 'failed'],
    ['nanogpt', 'skipped'],
  ]);
  expect(rows[2]).toMatchObject({ note: 'ended with code 1', ms_median: null });
  // Five checked steps, then two repetitions of as many units as fill a quarter of a second.
  const checked = Array.from({ length: 5 }, () => 'rep 1 checked');
  expect(ours.log).toEqual(['start', 'prepare', ...checked, 'rep 3', 'rep 3', 'drop']);
  expect(formatTables(rows)).toContain('disagrees: losses of 5 steps within 4.0e-2');
  expect(formatTables(rows)).toContain('failed: ended with code 1');
});

test('a side over its budget stops, and its first step, which compiles, does not count', async () => {
  const slow = actor(
    'tfjs',
    obedient(() => 5, 40_000),
  );
  const { rows } = await compete([slow], [workload('W1')], { reps: 5, budget: 60 });
  expect(slow.log.filter((entry) => entry.startsWith('rep'))).toHaveLength(3);
  expect(rows[0]).toMatchObject({ reps: 2, ms_median: 40_000 });
  expect(rows[0].note).toMatch(/slow/);
});

test('every side is handed the same numbers', () => {
  const one = makeTask(workload('W1'));
  const two = makeTask(workload('W1'));
  if (one.kind !== 'train' || two.kind !== 'train') throw new Error('W1 trains');
  expect(one.weights).toEqual(two.weights);
  expect(one.ids.slice(1, 64)).toEqual(one.targets.slice(0, 63));
  expect(Math.max(...one.ids)).toBeLessThan(256);
  expect(WORKLOADS.map(({ id }) => id)).toEqual(['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7']);
});

test('arithmetic of W1 on paper', () => {
  // 2 layers of 12·64² and an output layer of 64·256, twice a product, three passes; plus attention to 32.5 tokens.
  const dense = 2 * 12 * 64 * 64 + 64 * 256;
  expect(flopsOf(workload('W1'))).toBe(3 * 2 * 1024 * (dense + 2 * 2 * 32.5 * 64));
  expect(flopsOf(workload('W4'))).toBeNull();
});

test('the picture has a bar for every measured row, and markup in names stays text', () => {
  const svg = drawPicture([row('ours', 'webgpu', 4), row('a<b', 'webgpu', 40), row('tfjs', 'wasm', null)]);
  expect(svg.match(/<rect /g)).toHaveLength(3);
  expect(svg).toContain('a&lt;b');
  expect(svg).toContain('40 ms · 10×');
  expect(svg).not.toContain('NaN');
  // One kind of engine was measured: no column for the other.
  expect(svg).toContain('>WebGPU<');
  expect(svg).not.toContain('>Processor<');
});

test('in the picture a longer time is a longer bar, on one scale for all engines of a workload', () => {
  const svg = drawPicture([row('ours', 'wasm', 20), row('pytorch', 'eager', 10), row('ours', 'webgpu', 200)]);
  const [, wasm, torch, webgpu] = [...svg.matchAll(/<rect .*?width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(torch).toBeLessThan(wasm);
  expect(webgpu).toBeGreaterThan(wasm);
  // A factor of ten is as long everywhere.
  const tenfold = webgpu - wasm;
  expect((wasm - torch) / tenfold).toBeCloseTo(Math.log10(2), 2);
  expect(svg).toContain('pytorch eager');
});
