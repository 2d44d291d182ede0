import { describe, expect, it, vi } from 'vitest';
import type { CandidateId, EvaluationNews, WinRateRow, WorkerEvent } from '../../src/worker/protocol';
import type { RunClient } from '../../src/worker/client';
import { Evaluation, type EvaluationRecord } from '../../src/ui/evaluate/evaluation.svelte';
import { goldReward } from '../../src/metrics/overOptimisation';
import { frontierFits } from '../../src/ui/evaluate/frontierFits';
import type { FrontierMark } from '../../src/ui/evaluate/plotTypes';
import { csv, fileStem } from '../../src/ui/evaluate/exportFigure';
import {
  peakOf,
  pickedWinRates,
  shareDomain,
  smoothed,
  useCaseGroups,
  winRateGroups,
  winRateTable,
} from '../../src/ui/evaluate/figureData';
import { readRecords, writeRecords } from '../../src/ui/evaluate/keptRecords';
import { modelCard } from '../../src/ui/evaluate/modelCard';
import { isUnclear } from '../../src/ui/evaluate/names';
import { niceDomain, niceTicks, tickDigits } from '../../src/ui/evaluate/scale';
import { stalenessOf } from '../../src/ui/evaluate/staleness';
import { isPolicyLeft, voteEstimate, type Vote } from '../../src/ui/evaluate/votes';

const estimate = (value: number, half = 0.05, n = 100) => ({ value, low: value - half, high: value + half, n });

function rate(candidate: CandidateId, judge: WinRateRow['judge'], value: number): WinRateRow {
  return { candidate, judge, distribution: 'instructions', estimate: estimate(value) };
}

const RECORD: EvaluationRecord = {
  requestId: 1,
  request: {
    candidates: ['base', 'ppo'],
    distributions: ['instructions'],
    prompts: 100,
    temperature: 1,
    bestOf: 4,
    withSuites: false,
  },
  moment: {
    stage: 'ppo',
    step: 20,
    settings: { version: 1, preset: 'nano', recipe: 'proven', overrides: { 'ppo.klCoef': 0.3 } },
    candidates: [
      { id: 'base', step: null, klCoef: null, keptFrom: null },
      { id: 'sft', step: null, klCoef: null, keptFrom: null },
      { id: 'ppo', step: 20, klCoef: 0.3, keptFrom: null },
    ],
  },
  runName: 'amber-otter',
  engine: 'wasm, a processor',
  whenMs: 0,
  state: 'done',
  progress: { done: 1, total: 1 },
  seconds: 4,
  figures: { winRate: [rate('base', 'training', 0.1), rate('ppo', 'heldOut', 0.52), rate('ppo', 'training', 0.61)] },
  pairs: [],
  votes: [],
  isEarlier: false,
};

describe('figures of an evaluation', () => {
  it('group win rates by policy, learned ones first, judges in the order picked', () => {
    const groups = winRateGroups(RECORD.figures.winRate!, ['training', 'heldOut'], 4);
    expect(groups.map(({ label }) => label)).toEqual(['PPO', 'Base']);
    expect(groups[0].rows.map(({ note }) => note)).toEqual(['training', 'held-out']);
  });

  it('grey out what is not clear', () => {
    expect(isUnclear(estimate(0.52))).toBe(true);
    expect(isUnclear(estimate(0.56))).toBe(false);
    expect(isUnclear(estimate(0.44))).toBe(false);
    const [ppo] = winRateGroups(RECORD.figures.winRate!, ['training', 'heldOut'], 4);
    expect(ppo.rows.map(({ isGrey }) => isGrey)).toEqual([false, true]);
  });

  it('count the visitor among the judges', () => {
    const votes: Vote[] = [
      { prompt: 'a', candidate: 'ppo', preferred: 1 },
      { prompt: 'b', candidate: 'ppo', preferred: 0.5 },
    ];
    const rows = pickedWinRates({ ...RECORD, votes }, ['me']);
    expect(rows).toMatchObject([{ candidate: 'ppo', judge: 'me', estimate: { value: 0.75, n: 2 } }]);
    expect(pickedWinRates(RECORD, ['me'])).toEqual([]);
  });

  it('show use cases from the most prompts to the fewest', () => {
    const groups = useCaseGroups(
      [
        { candidate: 'ppo', judge: 'training', useCase: 'chat', estimate: estimate(0.5, 0.2, 8) },
        { candidate: 'ppo', judge: 'training', useCase: 'generation', estimate: estimate(0.6, 0.1, 40) },
        { candidate: 'ppo', judge: 'heldOut', useCase: 'extract', estimate: estimate(0.6, 0.1, 90) },
      ],
      'training',
      4,
    );
    expect(groups.map(({ rows }) => rows[0].estimate.n)).toEqual([40, 8]);
  });

  it('find the peak of the true score only after it has fallen', () => {
    const kl = [0, 1, 2, 3, 4];
    expect(peakOf(kl, [0.1, 0.3, 0.5, 0.3, 0.1])).toBe(2);
    expect(peakOf(kl, [0.1, 0.2, 0.3, 0.4, 0.5])).toBeNull();
    expect(peakOf(kl, [0.5, 0.49, 0.5, 0.49, 0.49])).toBeNull();
  });

  it('smooth without losing or doubling a value', () => {
    const values = Array.from({ length: 61 }, (_, i) => i);
    expect(smoothed(values, 8)).toHaveLength(8);
    expect(smoothed([1, 3], 24)).toEqual([2]);
    expect(smoothed([], 24)).toEqual([]);
    const even = Array.from({ length: 64 }, (_, i) => i);
    expect(smoothed(even, 8)).toEqual([3.5, 11.5, 19.5, 27.5, 35.5, 43.5, 51.5, 59.5]);
  });

  it('choose round axes', () => {
    expect(niceTicks([0, 1], 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(tickDigits([0, 0.25])).toBe(2);
    expect(tickDigits([0, 0.5])).toBe(1);
    expect(tickDigits([0, 2])).toBe(0);
    const [low, high] = niceDomain([-0.31, 0.74], 5);
    expect(low).toBeLessThanOrEqual(-0.31);
    expect(high).toBeGreaterThanOrEqual(0.74);
    expect(shareDomain([estimate(0.3)])).toEqual([0, 0.4]);
  });
});

describe('blind votes', () => {
  it('have a Wilson interval, and none without votes', () => {
    const votes = Array.from({ length: 10 }, (_, i): Vote => ({ prompt: `${i}`, candidate: 'ppo', preferred: 1 }));
    const all = voteEstimate(votes, 'ppo')!;
    expect(all.value).toBe(1);
    // Wilson for 10 of 10: 10 / (10 + 1.96²).
    expect(all.low).toBeCloseTo(0.7225, 3);
    expect(all.high).toBeCloseTo(1, 9);
    expect(voteEstimate(votes, 'ptx')).toBeNull();
  });

  it('put a policy on either side about as often', () => {
    const left = Array.from({ length: 400 }, (_, i) => isPolicyLeft(`Prompt number ${i}`, 'ppo')).filter(Boolean);
    expect(left.length).toBeGreaterThan(160);
    expect(left.length).toBeLessThan(240);
    expect(isPolicyLeft('x', 'ppo')).toBe(isPolicyLeft('x', 'ppo'));
  });
});

describe('files of an evaluation', () => {
  it('quote cells that need it', () => {
    expect(csv({ head: ['a', 'b'], rows: [['1,5', 'say "no"']] })).toBe('a,b\n"1,5","say ""no"""\n');
    expect(fileStem('Preferred over SFT', 'amber-otter')).toBe('preferred-over-sft-amber-otter');
  });

  it('say on the model card what was measured, how, and what it cannot tell', () => {
    const card = modelCard(RECORD, ['training', 'heldOut'], '171 k');
    expect(card).toContain('# Model card: amber-otter');
    expect(card).toContain('171 k parameters');
    expect(card).toMatch(/\| PPO \| Training labelers \| 61\.0 % \| 56\.0 % \| 66\.0 % \| 100 \|/);
    expect(card).toContain('ppo.klCoef = 0.3');
    expect(card).toContain('## Limitations');
  });

  it('leave out a column that says the same in every row', () => {
    const rows = RECORD.figures.winRate!;
    expect(winRateTable(rows, 4).head).toHaveLength(6);
    expect(winRateTable([...rows, { ...rows[0], distribution: 'completions' }], 4).head).toHaveLength(7);
  });
});

describe('the state of the page', () => {
  /** @param shelf what is kept over reloads */
  function connected(shelf: { content: string | null } = { content: null }) {
    const sent: unknown[] = [];
    let tell: (event: WorkerEvent) => void = () => {};
    const client: RunClient = {
      send: (command) => void sent.push(command),
      subscribe: (listener) => {
        tell = listener;
        return () => {};
      },
      restart: () => {},
      close: () => {},
    };
    const evaluation = new Evaluation(client, {
      runName: () => 'amber-otter',
      engine: () => 'wasm',
      kept: async () => shelf.content,
      keep: async (content) => void (shelf.content = content),
    });
    const news = (item: EvaluationNews) => tell({ type: 'evaluation', news: item });
    return { evaluation, sent, news, tell };
  }

  const { moment } = RECORD;

  it('asks for the policies that exist, and keeps results by moment', () => {
    const { evaluation, sent, news } = connected();
    news({ type: 'offer', offer: { moment, available: { instructions: 9, completions: 0 }, probes: [] } });
    evaluation.distributions = ['instructions', 'completions'];
    evaluation.measure();
    expect(sent.at(-1)).toMatchObject({
      order: { type: 'measure', request: { candidates: ['base', 'sft', 'ppo'], distributions: ['instructions'] } },
    });
    news({ type: 'begun', requestId: 1, moment });
    news({ type: 'figures', requestId: 1, figures: { winRate: [rate('ppo', 'training', 0.6)] } });
    news({ type: 'figures', requestId: 1, figures: { likert: [] } });
    news({ type: 'measured', requestId: 1, seconds: 3 });
    expect(evaluation.shown).toMatchObject({ state: 'done', seconds: 3 });
    expect(Object.keys(evaluation.shown!.figures)).toEqual(['winRate', 'likert']);

    evaluation.measure();
    news({ type: 'begun', requestId: 2, moment: { ...moment, step: 40 } });
    expect(evaluation.shown!.moment.step).toBe(40);
    evaluation.show(1);
    expect(evaluation.shown!.moment.step).toBe(20);
  });

  it('keeps results over a reload, as those of another run', async () => {
    const shelf = { content: null };
    const before = connected(shelf);
    before.news({ type: 'offer', offer: { moment, available: { instructions: 9, completions: 0 }, probes: [] } });
    before.evaluation.measure();
    before.news({ type: 'begun', requestId: 1, moment });
    const unmeasured = { ...rate('ppo', 'training', 0.6).estimate, low: NaN };
    const winRate = [{ ...rate('ppo', 'training', 0.6), estimate: unmeasured }];
    before.news({ type: 'figures', requestId: 1, figures: { winRate } });
    await before.evaluation.open();
    expect(shelf.content, 'a result under way is not kept').toBeNull();
    before.news({ type: 'measured', requestId: 1, seconds: 3 });
    await vi.waitFor(() => expect(shelf.content).not.toBeNull());
    expect(before.evaluation.headline).toBe(0.6);

    const after = connected(shelf);
    await after.evaluation.open();
    expect(after.evaluation.shown?.figures.winRate).toEqual(winRate);
    expect(after.evaluation.headline, 'the run on screen was not measured').toBeNull();
    for (const now of [moment, null])
      expect(stalenessOf(after.evaluation.shown, now, 'amber-otter')).toContain('earlier run');
    after.news({ type: 'offer', offer: { moment, available: { instructions: 9, completions: 0 }, probes: [] } });
    after.evaluation.measure();
    expect(after.sent.at(-1), 'numbers of requests go on').toMatchObject({ order: { requestId: 2 } });
  });

  it('leaves alone what another version of the page kept', () => {
    expect(readRecords(JSON.stringify({ version: 0, records: [RECORD] }))).toEqual([]);
    expect(writeRecords([{ ...RECORD, state: 'cancelled' }])).toBeNull();
  });

  it('says what is wrong with a text that no page wrote', async () => {
    const wrong = [
      ['{"version":1,"records":[', 'not JSON'],
      ['{"version":1,"version":1,"records":[]}', 'the key "version" twice'],
      ['{"version":1,"records":[{"__proto__":{"polluted":1}}]}', '__proto__'],
      [JSON.stringify({ version: 1, records: [{ ...RECORD, votes: 3 }] }), 'records.0.votes is 3; expected Array'],
    ];
    for (const [content, words] of wrong) expect(() => readRecords(content), content).toThrow(words);
    const after = connected({ content: wrong[0][0] });
    await after.evaluation.open();
    expect(after.evaluation.refusal).toContain('evaluation results of earlier visits: line 1');
    expect(after.evaluation.records).toEqual([]);
  });

  it('ends what will never be answered', () => {
    const { evaluation, news, tell } = connected();
    news({ type: 'offer', offer: { moment, available: { instructions: 9, completions: 0 }, probes: [] } });
    evaluation.measure();
    news({ type: 'begun', requestId: 1, moment });
    tell({ type: 'failed', kind: 'device', message: 'gone', stage: 'ppo', step: 3 });
    expect(evaluation.running).toBeNull();
    expect(evaluation.shown?.state).toBe('cancelled');
  });

  it('says when the run has moved on, or is another one', () => {
    expect(stalenessOf(RECORD, moment, 'amber-otter')).toBeNull();
    expect(stalenessOf(RECORD, { ...moment, step: 31 }, 'amber-otter')).toContain('from update 20 to 31');
    expect(stalenessOf(RECORD, moment, 'plum-owl')).toContain('earlier run');
  });
});

describe('fits of the frontier', () => {
  const exactly = (value: number) => ({ value, low: value, high: value, n: 40 });
  const mark = (candidate: CandidateId, kl: number, gold: number, requestId = 1): FrontierMark => ({
    key: `${candidate} ${kl}`,
    requestId,
    candidate,
    name: candidate,
    tag: '',
    kl: exactly(kl),
    proxy: exactly(0),
    gold: exactly(gold),
  });
  const none = { kl: [], proxy: [], gold: [] };
  const bestOf = [0.1, 0.4, 0.8].map((d) => mark('bestOf', d * d, 0.3 + goldReward('bestOfN', d, 0.6, 0.5)));

  it('finds the law of best of n from its own points, gains counted from SFT', () => {
    const marks = [mark('sft', 0, 0.3), ...bestOf, mark('ppo', 4, -1), mark('bestOf', 9, -5, 2)];
    const [fit, ...others] = frontierFits(none, marks, 1);
    expect(others).toEqual([]);
    expect(fit).toMatchObject({ method: 'bestOfN', count: 3, fit: { n: 3, start: 0.3 } });
    expect(fit.fit!.alpha).toBeCloseTo(0.6, 8);
    expect(fit.fit!.beta).toBeCloseTo(0.5, 8);
    // d = α / 2β = 0.6, and the points reach 0.8.
    expect(fit.turn!.kl).toBeCloseTo(0.36, 8);
    expect(fit.turn!.isReached).toBe(true);
    expect(fit.path[0]).toEqual([0, 0.3]);
    expect(fit.path.at(-1)![0]).toBeCloseTo(0.64, 8);
  });

  it('says how many points there are while they are too few', () => {
    expect(frontierFits(none, [mark('sft', 0, 0.3), ...bestOf.slice(1)], 1)).toEqual([
      { method: 'bestOfN', count: 2, fit: null, path: [], turn: null },
    ]);
    expect(frontierFits({ kl: [0, 0.1], proxy: [0, 0], gold: [0.3, 0.4] }, [], 1)).toEqual([
      { method: 'rl', count: 1, fit: null, path: [], turn: null },
    ]);
    expect(frontierFits(none, [mark('sft', 0, 0.3)], 1)).toEqual([]);
  });

  it('tells a turn that lies beyond what was tried', () => {
    const d = [0, 0.2, 0.5, 0.9, 1.2];
    const gold = d.map((each) => 0.3 + goldReward('rl', each, 0.4, 0.2));
    const [{ turn, fit }] = frontierFits({ kl: d.map((each) => each * each), proxy: gold, gold }, [], 1);
    expect(fit!.rSquared).toBeCloseTo(1, 8);
    expect(turn!.isReached).toBe(false);
    expect(turn!.kl).toBeCloseTo(Math.exp(2 * (0.4 / 0.2 - 1)), 6);
  });
});
