import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig, type RunSettings } from '../../src/config/config';
import { startEngine } from '../../src/kernels/device';
import { COLLAPSE_SIGN_KEYS, findCollapses, type CollapseSign, type SignLine } from '../../src/metrics/collapse';
import type { Gpt } from '../../src/nn/gpt';
import { loadShipped } from '../../src/pipeline/assets';
import type { MetricsRow } from '../../src/pipeline/report';
import { createRun, disposeRun, runStage, shapeOf } from '../../src/pipeline/run';
import { collapseShares } from '../../src/rlhf/collapse';
import { parseRecordedRun } from '../../src/worker/recordedRun';

const END = 0;

describe('shares of a batch', () => {
  it('counts what stood earlier in the same answer, three tokens at a time', () => {
    // Runs: 123 231 312 123 → one of four is not new; 111 111 → one of two; too short → none.
    const { repeats } = collapseShares(
      [
        [1, 2, 3, 1, 2, 3],
        [1, 1, 1, 1],
        [5, END],
        [5, 6, 5, 6, 7, END],
      ],
      END,
    );
    expect(repeats).toBeCloseTo((1 / 4 + 1 / 2 + 0 + 0) / 4, 12);
  });

  it('counts answers that another one repeats, and no pieces of them', () => {
    expect(collapseShares([[1, END], [1, END], [1, 2, END], [1]], END).identical).toBe(0.5);
    expect(collapseShares([[1, END]], END).identical).toBe(0);
  });

  it('tells empty answers from cut ones', () => {
    expect(collapseShares([[END], [], [4, 5], [4, END]], END)).toMatchObject({ empty: 0.5, unended: 0.5 });
  });

  it('says nothing of no answers', () => expect(() => collapseShares([], END)).toThrow(RangeError));
});

const line = (values: readonly number[]): SignLine => ({ steps: values.map((_, i) => i + 1), values });

describe('signs of collapse', () => {
  it('need three updates in a row above their level', () => {
    expect(findCollapses({ 'collapse/empty': line([0, 90, 90, 0, 90, 90, 20]) })).toEqual([]);
    expect(findCollapses({ 'collapse/empty': line([0, 21, 90, 30]) })).toEqual([
      { sign: 'collapse/empty', from: 2, until: null, most: 90 },
    ]);
  });

  it('end, come back, and are told in order of their beginning', () => {
    const found = findCollapses({
      'collapse/repeats': line([0, 0, 0, 0, 30, 30, 30]),
      'collapse/unended': line([60, 60, 60, 0, 60, 60, 70]),
    });
    expect(found.map(({ sign, from, until }) => [sign, from, until])).toEqual([
      ['collapse/unended', 1, 3],
      ['collapse/repeats', 5, null],
      ['collapse/unended', 5, null],
    ]);
  });
});

/**
 * Lines of a PPO run from the shipped `nano` models, without a leash.
 * @param reward paid for every answer whatever it says; null leaves it to the reward model
 */
async function collapseLines(
  overrides: RunSettings['overrides'],
  reward: number | null = null,
): Promise<Partial<Record<CollapseSign, SignLine>>> {
  const read = (path: string) => Promise.resolve(new Uint8Array(readFileSync(`public/${path}`)));
  const common = { 'ppo.batchSize': 16, 'ppo.valueWarmup': 1, 'ppo.warmupIterations': 0, 'ppo.klCoef': 0 };
  const settings: RunSettings = {
    version: 1,
    preset: 'nano',
    recipe: 'proven',
    overrides: { ...common, ...overrides },
  };
  const run = createRun(resolveConfig(settings), readFileSync('public/tokenizer.json', 'utf8'));
  const { fingerprint } = run.curriculum;
  run.models.sft = await loadShipped(read, 'nano', 'sft', shapeOf(run.config), fingerprint);
  const rewardModel = await loadShipped(read, 'nano', 'rm', shapeOf(run.config), fingerprint);
  if (reward !== null) payAlways(rewardModel, reward);
  run.models.rewardModel = rewardModel;
  const rows: MetricsRow[] = [];
  for await (const report of runStage(run, 'ppo')) rows.push(...report.rows);
  disposeRun(run);
  const steps = rows.map(({ step }) => step);
  return Object.fromEntries(
    COLLAPSE_SIGN_KEYS.map((sign) => [sign, { steps, values: rows.map(({ metrics }) => metrics[sign]!) }]),
  );
}

function payAlways({ parameters }: Gpt, reward: number): void {
  for (const [name, value] of [['score.weight', 0] as const, ['score.bias', reward] as const]) {
    const { shape } = parameters[name];
    parameters[name].dispose();
    parameters[name] = tf.keep(tf.fill(shape, value));
  }
}

describe('a policy that is made to collapse', () => {
  beforeAll(async () => void (await startEngine('wasm')));

  const PATIENT = 240_000;

  it(
    'by a tenfold rate is marked after a healthy beginning, and to the end',
    async () => {
      const found = findCollapses(await collapseLines({ 'ppo.learningRate': 3e-3, 'ppo.iterations': 26 }));
      expect(Math.min(...found.map(({ from }) => from))).toBeGreaterThan(3);
      expect(found.some(({ until }) => until === null)).toBe(true);
    },
    PATIENT,
  );

  it(
    'by pay that melts while it speaks says nothing, and the same nothing everywhere',
    async () => {
      const settings = { 'ppo.gamma': 0.7, 'ppo.learningRate': 3e-3, 'ppo.iterations': 15 };
      const found = findCollapses(await collapseLines(settings, 5));
      for (const sign of ['collapse/empty', 'collapse/identical'] as const)
        expect(found.findLast((each) => each.sign === sign)).toMatchObject({ until: null, most: 100 });
    },
    PATIENT,
  );

  it(
    'by a fine that melts while it speaks never ends',
    async () => {
      const settings = { 'ppo.gamma': 0.7, 'ppo.learningRate': 1e-3, 'ppo.iterations': 10 };
      const found = findCollapses(await collapseLines(settings, -5));
      expect(found).toMatchObject([{ sign: 'collapse/unended', until: null }]);
    },
    PATIENT,
  );
});

it('answers that the recorded healthy run showed carry no sign of collapse', () => {
  const { events } = parseRecordedRun(readFileSync('public/recorded/nano.json', 'utf8'), 'nano.json');
  const ids = new Map([['<end>', END]]);
  const idOf = (token: string) => ids.get(token) ?? ids.set(token, ids.size).get(token)!;
  const batches = events.flatMap(({ event }) =>
    event.type === 'completions' && event.policy === 'ppo' ? [event.items.map(({ tokens }) => tokens.map(idOf))] : [],
  );
  const shares = batches.map((batch) => collapseShares(batch, END));
  expect(shares.length).toBeGreaterThan(10);
  const of = (name: 'repeats' | 'identical' | 'empty' | 'unended') => line(shares.map((share) => 100 * share[name]));
  expect(
    findCollapses({
      'collapse/repeats': of('repeats'),
      'collapse/identical': of('identical'),
      'collapse/empty': of('empty'),
      'collapse/unended': of('unended'),
    }),
  ).toEqual([]);
});
