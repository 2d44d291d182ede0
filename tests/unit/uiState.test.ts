import { beforeEach, describe, expect, it, vi } from 'vitest';
import { controlSections } from '../../src/ui/controls/groups';
import { settingRow, SETTING_KEYS } from '../../src/config/config';
import { availableCharts, chartSpec, DEFAULT_CHARTS } from '../../src/ui/charts/chartSpecs';
import { paintToken } from '../../src/ui/inspector/paint';
import { heatScale } from '../../src/ui/state/heat';
import { clipVerdict, klShares, ratios } from '../../src/ui/inspector/tokenFacts';
import { rememberSnapshot, type CompletionSnapshot } from '../../src/ui/state/history';
import { parsePlace } from '../../src/ui/state/route';
import { RunModel } from '../../src/ui/state/run.svelte';
import { runName } from '../../src/ui/state/runName';
import { SettingsForm } from '../../src/ui/state/settings.svelte';
import type { RunClient } from '../../src/worker/client';
import type { Command, PhaseReport, WorkerEvent } from '../../src/worker/protocol';

describe('settings form', () => {
  it('keeps only what differs from the preset and refuses bad values with the reason', () => {
    const form = new SettingsForm();
    form.preset = 'nano';
    expect(form.set('ppo.klCoef', 0.05)).toBe(0.05);
    expect(form.settings.overrides).toEqual({ 'ppo.klCoef': 0.05 });
    form.set('ppo.klCoef', form.default('ppo.klCoef'));
    expect(form.settings.overrides).toEqual({});
    expect(form.set('ppo.minibatches', 2.5)).toBeNull();
    expect(form.problem('ppo.minibatches')).toContain('whole number');
    expect(form.resolved.problem).toContain('ppo.minibatches');
  });

  it('reports rules between fields', () => {
    const form = new SettingsForm();
    form.set('ppo.minibatches', 3);
    expect(form.resolved.problem).toContain('does not divide');
  });

  it('knows what waits for a restart and which steps it makes stale', () => {
    const form = new SettingsForm();
    form.markStarted();
    expect(form.pending).toEqual([]);
    form.set('rm.epochs', 4);
    expect(form.pending).toEqual(['rm.epochs']);
    expect(form.staleStages).toEqual(['rm', 'ppo']);
    form.set('ppo.klCoef', 0.02);
    form.markLive('ppo.klCoef', 0.02);
    expect(form.pending).toEqual(['rm.epochs']);
    form.reset('rm.epochs');
    expect(form.pending).toEqual([]);
  });
});

describe('controls and charts follow the tables', () => {
  it('every setting of a step appears exactly once on its rail', () => {
    for (const screen of ['sft', 'rm', 'ppo'] as const) {
      const keys = [false, true].flatMap((advanced) =>
        controlSections(screen, advanced).flatMap((section) => section.keys),
      );
      expect(new Set(keys).size).toBe(keys.length);
      for (const key of SETTING_KEYS) if (settingRow(key).group === screen) expect(keys).toContain(key);
    }
  });

  it('every setting appears on some rail', () => {
    const all = (['sft', 'rm', 'ppo'] as const).flatMap((screen) =>
      [false, true].flatMap((advanced) => controlSections(screen, advanced).flatMap((section) => section.keys)),
    );
    expect(new Set(all)).toEqual(new Set(SETTING_KEYS));
  });

  it('every default chart is available and the true score keeps its double stroke', () => {
    for (const screen of ['sft', 'rm', 'ppo'] as const)
      for (const key of DEFAULT_CHARTS[screen]) expect(availableCharts(screen)).toContain(key);
    expect(chartSpec('objective/scores', 'ppo').companion).toMatchObject({
      key: 'objective/true_score',
      stroke: 'double',
    });
    expect(chartSpec('pretrain/loss', 'sft').stage).toBe('pretrain');
  });
});

describe('run model', () => {
  let emit: (event: WorkerEvent) => void;
  let sent: Command[];
  let run: RunModel;

  beforeEach(() => {
    vi.stubGlobal('requestAnimationFrame', () => 0);
    sent = [];
    const client: RunClient = {
      send: (command) => sent.push(command),
      subscribe: (listener) => {
        emit = listener;
        return () => undefined;
      },
      restart: () => undefined,
      close: () => undefined,
    };
    run = new RunModel(client);
  });

  it('keeps the answers of every step and finds those of an earlier one', () => {
    emit({ type: 'status', status: { ...run.status, stage: 'ppo' } });
    for (const step of [5, 10, 15]) emit({ type: 'completions', policy: 'ppo', step, items: [] });
    expect(run.snapshot('ppo', null)?.step).toBe(15);
    expect(run.snapshot('ppo', 12)?.step).toBe(10);
    expect(run.snapshot('ppo', 1)?.step).toBe(5);
    expect(run.snapshot('sft', null)).toBeNull();
    emit({ type: 'completions', policy: 'sft', step: 10, items: [] });
    expect(run.snapshot('sft', null)).toEqual({ step: null, items: [] });
    expect(run.history('sft')).toEqual([]);
  });

  it('goes on showing the last step when a run is done', () => {
    emit({ type: 'status', status: { ...run.status, state: 'running', stage: 'ppo', step: 6, totalSteps: 6 } });
    emit({ type: 'status', status: { ...run.status, state: 'done', step: 0, totalSteps: 0 } });
    expect(run.status).toMatchObject({ state: 'done', step: 6, totalSteps: 6 });
  });

  it('takes the stops of slow motion by iteration, and a phase computed again for its former self', () => {
    const stop = (phase: PhaseReport['phase'], step = 3): void =>
      emit({ type: 'phase', report: { phase, step } as PhaseReport });
    for (const phase of ['sample', 'score', 'readings', 'rewards', 'credit', 'credit'] as const) stop(phase);
    expect(run.phases.map(({ phase }) => phase)).toEqual(['sample', 'score', 'readings', 'rewards', 'credit']);
    stop('rewards');
    stop('minibatch');
    stop('minibatch');
    expect(run.phases.map(({ phase }) => phase).slice(3)).toEqual(['rewards', 'minibatch', 'minibatch']);
    stop('sample', 4);
    expect(run.phases).toHaveLength(1);
  });

  it('knows a run that has diverged', () => {
    emit({ type: 'failed', kind: 'diverged', message: 'loss', stage: 'ppo', step: 7 });
    expect(run.isDiverged).toBe(true);
  });

  it('marks a setting once per step, with its last value', () => {
    emit({ type: 'settingChanged', stage: 'ppo', step: 4, key: 'ppo.klCoef', value: 0.05 });
    emit({ type: 'settingChanged', stage: 'ppo', step: 4, key: 'ppo.klCoef', value: 0.02 });
    expect(run.markers.ppo).toEqual([{ step: 4, key: 'ppo.klCoef', value: 0.02 }]);
  });

  it('thins history but keeps the first and the newest answers', () => {
    let history: CompletionSnapshot[] = [];
    for (let step = 1; step <= 500; step++) history = rememberSnapshot(history, { step, items: [] });
    expect(history.length).toBe(64);
    expect(history[0].step).toBe(1);
    expect(history.at(-1)?.step).toBe(500);
    const gaps = history.slice(1).map((snapshot, i) => snapshot.step - history[i].step);
    expect(gaps[0]).toBeLessThan(gaps[40]);
  });
});

describe('small pieces', () => {
  it('unknown addresses lead to the start', () => {
    expect(parsePlace('#/ppo')).toEqual({ route: 'ppo', detail: null });
    expect(parsePlace('#/ppo/reward/2')).toEqual({ route: 'ppo', detail: 'reward/2' });
    expect(parsePlace('#/nowhere').route).toBe('');
    expect(parsePlace('').route).toBe('');
  });

  it('the same description has the same name', () => {
    expect(runName('a 1')).toBe(runName('a 1'));
    expect(runName('a 1')).toMatch(/^[a-z]+-[a-z]+$/);
    expect(new Set(Array.from({ length: 40 }, (_, i) => runName(`run ${i}`))).size).toBeGreaterThan(20);
  });

  it('paints by sign and size on a scale that can be read', () => {
    expect(heatScale([0.31, -0.52])).toBeCloseTo(0.6, 12);
    expect(paintToken(0.6, 0.6, 'advantage')).toBe('pos4');
    expect(paintToken(-0.6, 0.6, 'KL')).toBe('neg4');
    expect(paintToken(0.01, 0.6, 'value')).toBe('s2');
    expect(paintToken(-3, 3, 'log-prob')).toBe('q4');
  });

  it('KL shares are differences of log-probabilities, ratios their exponentials', () => {
    const reference = { policy: 'sft' as const, logprobs: [-1.5, -0.5] };
    expect(klShares({ logprobs: [-0.5, -1], reference })).toEqual([1, -0.5]);
    expect(klShares({ logprobs: [-0.5, -1], reference: null })).toBeNull();
    const update = { before: [-1, -2], after: [-1, -2 + Math.log(1.5)], clipRange: 0.2 };
    expect(ratios({ update })).toEqual([1, expect.closeTo(1.5, 12)]);
  });

  it('the clip stops only a push that goes on in its direction', () => {
    expect(clipVerdict(1.3, 1, 0.2)).toBe('clippedAbove');
    expect(clipVerdict(1.3, -1, 0.2)).toBe('free');
    expect(clipVerdict(0.7, -1, 0.2)).toBe('clippedBelow');
    expect(clipVerdict(0.7, 1, 0.2)).toBe('free');
    expect(clipVerdict(1.1, 1, 0.2)).toBe('free');
  });

  it('keeps a pinned moment when history is thinned', () => {
    let history: CompletionSnapshot[] = [];
    for (let step = 1; step <= 500; step++) history = rememberSnapshot(history, { step, items: [] }, [301]);
    expect(history.map((snapshot) => snapshot.step)).toContain(301);
    expect(history.length).toBe(64);
  });
});
