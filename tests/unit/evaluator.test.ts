import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import type { Run } from '../../src/pipeline/run';
import { disposeRun } from '../../src/pipeline/run';
import { Evaluator } from '../../src/worker/evaluator';
import type { EvaluationFigures, EvaluationNews, EvaluationRequest, WorkerEvent } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import type { Scene } from '../../src/worker/evaluationScene';
import { finish, tinyOverrides, tinyRun } from '../support/tinyRun';

const settings = { version: 1, preset: 'nano', recipe: 'proven', overrides: tinyOverrides } as const;
const REQUEST: EvaluationRequest = {
  candidates: ['base', 'bestOf', 'ppo'],
  distributions: ['instructions'],
  prompts: 40,
  temperature: 1,
  bestOf: 2,
  withSuites: false,
};

let run: Run;
let scene: Scene;
let news: EvaluationNews[] = [];
let evaluator: Evaluator;

beforeAll(async () => {
  await startEngine('wasm');
  run = tinyRun();
  await finish(run, 'sft', 'rm', 'ppo');
  scene = { run, stage: 'ppo', step: 4, settings };
  evaluator = new Evaluator((item) => void news.push(item));
}, 240_000);
afterEach(async () => {
  await evaluator.close();
  news = [];
});
afterAll(() => disposeRun(run));

type Of<T extends EvaluationNews['type']> = Extract<EvaluationNews, { type: T }>;
const of = <T extends EvaluationNews['type']>(type: T) => news.filter((item): item is Of<T> => item.type === type);

async function measure(request: Partial<EvaluationRequest> = {}, requestId = 1): Promise<EvaluationFigures> {
  await evaluator.take({ type: 'measure', requestId, request: { ...REQUEST, ...request } }, scene);
  while (evaluator.isBusy) await evaluator.advance();
  return Object.assign({}, ...of('figures').map(({ figures }) => figures)) as EvaluationFigures;
}

describe('an evaluation', () => {
  it('fills its figures and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const { winRate, useCases, flags, likert, frontier } = await measure();
    expect(of('measured')).toHaveLength(1);
    expect(tf.memory().numTensors).toBe(before);
    expect(winRate).toHaveLength(3 * 4);
    for (const { estimate } of winRate) {
      expect(estimate.n).toBe(40);
      expect(estimate.low).toBeLessThanOrEqual(estimate.value);
      expect(estimate.high).toBeLessThanOrEqual(1);
    }
    const ofPpo = useCases.filter((row) => row.candidate === 'ppo' && row.judge === 'training');
    expect(ofPpo.reduce((sum, row) => sum + row.estimate.n, 0)).toBe(40);
    expect(new Set(flags.map((row) => row.candidate))).toEqual(new Set(['base', 'sft', 'bestOf', 'ppo']));
    expect(likert).toHaveLength(4 * 3);
    for (const { estimate } of likert) expect(estimate.value).toBeGreaterThanOrEqual(1);
    expect(frontier.find((point) => point.candidate === 'sft')?.kl.value).toBeCloseTo(0, 5);
    expect(frontier.filter((point) => point.candidate === 'bestOf').map((point) => point.bestOf)).toEqual([1, 2]);
  });

  it('gives the same numbers again, and intervals shrink with prompts', async () => {
    const once = await measure();
    const again = await measure();
    expect(again.winRate).toEqual(once.winRate);
    const width = ({ winRate }: EvaluationFigures) => winRate[0].estimate.high - winRate[0].estimate.low;
    const first = of('figures')[0].figures as EvaluationFigures;
    expect(first.winRate[0].estimate.n).toBe(32);
    expect(width(once)).toBeLessThan(width(first) + 1e-9);
  });

  it('prefers the better of two by the judge that chose it', async () => {
    const { winRate, frontier } = await measure({ candidates: ['bestOf'], bestOf: 4 });
    const byReward = winRate.find((row) => row.judge === 'rewardModel')!;
    expect(byReward.estimate.low).toBeGreaterThan(0.5);
    const proxies = frontier.filter((point) => point.bestOf !== null).map((point) => point.proxy.value);
    expect(proxies).toEqual([...proxies].sort((a, b) => a - b));
  });

  it('measures a policy against itself as a draw', async () => {
    const { winRate } = await measure({ candidates: ['sft'] });
    expect(winRate).toEqual([]);
    expect(of('pairs')[0].pairs).toEqual([]);
  });

  it('prompts the base model, asks both kinds of prompts, and runs the suites', { timeout: 240_000 }, async () => {
    const figures = await measure({
      candidates: ['fewShot', 'ppo'],
      distributions: ['instructions', 'completions'],
      prompts: 8,
      withSuites: true,
    });
    expect(of('refused')).toEqual([]);
    const kinds = figures.winRate.filter((row) => row.candidate === 'fewShot' && row.judge === 'heldOut');
    expect(kinds.map((row) => [row.distribution, row.estimate.n])).toEqual([
      ['instructions', 8],
      ['completions', 8],
    ]);
    // Suites ask models, and a prefix makes no other model.
    for (const rows of [figures.pageLoss, figures.tax, figures.truth, figures.toxicity, figures.bias])
      expect(new Set(rows.map((row) => row.candidate))).toEqual(new Set(['sft', 'ppo']));
    expect(figures.truth).toHaveLength(2 * 8);
    expect(figures.toxicity).toHaveLength(2 * 3);
    for (const { chance, estimate } of figures.tax) {
      expect(chance).toBeLessThanOrEqual(0.5);
      expect(estimate.value).toBeGreaterThanOrEqual(0);
    }
    for (const { estimate } of figures.bias) expect(estimate.value).toBeLessThanOrEqual(1);
    expect(of('progress').at(-1)).toMatchObject({ done: of('progress').at(-1)!.total });
  });

  it('can be cancelled, and a new order takes the place of an old one', async () => {
    const before = tf.memory().numTensors;
    await evaluator.take({ type: 'measure', requestId: 1, request: REQUEST }, scene);
    await evaluator.advance();
    await evaluator.take({ type: 'measure', requestId: 2, request: REQUEST }, scene);
    await evaluator.advance();
    await evaluator.take({ type: 'cancel' }, scene);
    expect(of('cancelled').map((item) => item.requestId)).toEqual([1, 2]);
    expect(evaluator.isBusy).toBe(false);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a policy that is not there, and says which', async () => {
    await measure({ candidates: ['ptx'] });
    expect(of('refused')[0]).toMatchObject({ requestId: 1, message: expect.stringContaining('ptx') });
    await evaluator.take({ type: 'measure', requestId: 3, request: REQUEST }, null);
    expect(of('refused')[1].message).toContain('start one first');
  });

  it('keeps the policy of a run that ends, to compare PPO-ptx with PPO', async () => {
    await evaluator.leave(scene);
    const next = { ...scene, run: { ...run, config: { ...run.config, 'ppo.ptxCoef': 0.5 } } };
    await evaluator.take({ type: 'offer' }, next);
    expect(of('offer')[0].offer.moment?.candidates.map(({ id, keptFrom }) => [id, keptFrom !== null])).toEqual([
      ['base', false],
      ['fewShot', false],
      ['sft', false],
      ['bestOf', false],
      ['ppo', true],
      ['ptx', false],
    ]);
  });

  it('answers prompts with every policy asked for, its own words included', async () => {
    const probes = () => of('offer')[0].offer.probes;
    await evaluator.take({ type: 'offer' }, scene);
    expect(new Set(probes().map(({ kind }) => kind)).size).toBe(4);
    const prompts = [probes()[0].prompt, 'Tell me a secret.'];
    const candidates = ['base', 'bestOf', 'ppo'] as const;
    await evaluator.take(
      { type: 'ask', requestId: 5, prompts, candidates: [...candidates], temperature: 1, bestOf: 2 },
      scene,
    );
    expect(of('answered').map(({ candidate }) => candidate)).toEqual(candidates);
    for (const { items } of of('answered')) {
      expect(items.map(({ prompt }) => prompt)).toEqual(prompts);
      expect(items[0].trueScore).not.toBeNull();
      expect(items[1].trueScore, 'the world cannot grade a prompt it does not know').toBeNull();
    }
  });
});

describe('a session that evaluates', () => {
  it('goes on training, in turns, with the same numbers', { timeout: 240_000 }, async () => {
    const quiet = await trained(false);
    const busy = await trained(true);
    expect(busy.metrics).toEqual(quiet.metrics);
    // Between the first slice and the last there were steps.
    const kinds = busy.events.map((event) => event.type === 'evaluation' && event.news.type);
    const between = busy.events.slice(kinds.indexOf('progress'), kinds.lastIndexOf('progress'));
    const steps = new Set(between.flatMap((event) => (event.type === 'status' ? [event.status.step] : [])));
    expect(steps.size).toBeGreaterThan(2);
    expect(kinds).toContain('measured');
  });
});

/** A session of two stages; `isEvaluated` orders a measurement once SFT has begun. */
async function trained(isEvaluated: boolean): Promise<{ events: WorkerEvent[]; metrics: string[] }> {
  const events: WorkerEvent[] = [];
  const read = async (path: string) => new Uint8Array(readFileSync(`public/${path}`));
  let isOrdered = !isEvaluated;
  const session = new Session(read, (event) => {
    events.push(event);
    if (isOrdered || event.type !== 'status' || event.status.stage !== 'ppo' || event.status.step < 1) return;
    isOrdered = true;
    const request = { ...REQUEST, candidates: ['base' as const], prompts: 128 };
    void session.handle({ type: 'evaluation', order: { type: 'measure', requestId: 1, request } });
  });
  const overrides = { ...tinyOverrides, 'ppo.iterations': 12, 'sft.epochs': 1 };
  void session.handle({ type: 'start', plan: 'scratch', settings: { ...settings, overrides } });
  const isMeasured = () => events.some((event) => event.type === 'evaluation' && event.news.type === 'measured');
  const isTrained = () => events.some((event) => event.type === 'status' && event.status.state === 'done');
  const isOver = () => isTrained() && (!isEvaluated || isMeasured());
  await vi.waitFor(() => expect(isOver()).toBe(true), { timeout: 100_000 });
  await session.close();
  return { events, metrics: events.flatMap(pointsOf).sort() };
}

/** Chart points as text, however they were batched: a step without a metric has NaN there. Times differ between runs. */
function pointsOf(event: WorkerEvent): string[] {
  if (event.type !== 'metrics') return [];
  const { stage, keys, steps, values } = event;
  const points = [...steps].flatMap((step, s) =>
    keys.map((key, k) => ({ name: `${stage} ${step} ${key}`, value: values[s * keys.length + k] })),
  );
  return points.flatMap(({ name, value }) =>
    name.includes('perf/') || Number.isNaN(value) ? [] : [`${name} ${value}`],
  );
}
