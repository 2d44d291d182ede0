import { describe, expect, it } from 'vitest';
import {
  parseSetting,
  parameterCount,
  resolveConfig,
  SETTING_KEYS,
  settingRow,
  type RunSettings,
} from '../../src/config/config';
import { ConfigError } from '../../src/config/errors';
import { PRESETS, RECIPES } from '../../src/config/rows';
import { METRIC_KEYS, metricRow } from '../../src/metrics/metrics';
import { parameterShapes } from '../../src/nn/gpt';
import { shapeOf } from '../../src/pipeline/run';

const settings = (overrides: RunSettings['overrides'] = {}): RunSettings => ({
  version: 1,
  preset: 'nano',
  recipe: 'proven',
  overrides,
});

describe('the settings table', () => {
  it.each(PRESETS.flatMap((preset) => RECIPES.map((recipe) => [preset, recipe] as const)))(
    '%s, %s resolves and passes its own rules',
    (preset, recipe) => {
      expect(() => resolveConfig({ version: 1, preset, recipe, overrides: {} })).not.toThrow();
    },
  );

  it.each(SETTING_KEYS)('%s has a default in its usual range and words for its control', (key) => {
    const row = settingRow(key);
    expect(row.label.length * row.help.length * row.source.length).toBeGreaterThan(0);
    if (row.kind === 'number') expect(row.usual[0]).toBeGreaterThanOrEqual(row.min);
    if (row.kind === 'number') expect(row.usual[1]).toBeLessThanOrEqual(row.max);
  });

  it('keeps the paper apart from the proven recipe', () => {
    const paper = resolveConfig({ version: 1, preset: 'nano', recipe: 'paper', overrides: {} });
    expect([
      paper['ppo.klCoef'],
      paper['ppo.epochs'],
      paper['ppo.minibatches'],
      paper['ppo.emaDecay'],
      paper['ppo.valueInit'],
    ]).toEqual([0.02, 1, 8, 0.992, 'rm']);
  });

  it.each([
    [{ 'ppo.minibatches': 3 }, /ppo\.minibatches: 3 does not divide ppo\.batchSize 64/],
    [{ 'model.heads': 5 }, /model\.heads: 5 does not divide model\.width 64/],
    [{ 'sampling.responseLength': 60 }, /sampling\.responseLength: 60 leaves 4 of model\.context 64/],
    [{ 'ppo.lambda': 1.5 }, /ppo\.lambda: got 1\.5; expected a number from 0 to 1/],
    [{ 'sft.epochs': 2.5 }, /sft\.epochs: got 2\.5; expected a whole number/],
    [{ 'ppo.klEstimator': 'k2' }, /ppo\.klEstimator: got "k2"; expected one of k1, k3/],
  ])('refuses %o with the reason', (overrides, reason) => {
    expect(() => resolveConfig(settings(overrides))).toThrow(ConfigError);
    expect(() => resolveConfig(settings(overrides))).toThrow(reason);
  });

  it('refuses unknown keys and unreadable values on a command line', () => {
    expect(() => parseSetting('ppo.beta', '1')).toThrow(/ppo\.beta: no such setting/);
    expect(Object.is(parseSetting('ppo.klCoef', '-0').value, 0)).toBe(true);
    expect(() => parseSetting('ppo.klCoef', 'much')).toThrow(/ppo\.klCoef: got "much"/);
    expect(parseSetting('ppo.klCoef', '1e-2')).toEqual({ key: 'ppo.klCoef', value: 0.01 });
  });

  it('counts the parameters that the model has', () => {
    for (const preset of PRESETS) {
      const config = resolveConfig({ version: 1, preset, recipe: 'proven', overrides: {} });
      const total = parameterShapes(shapeOf(config)).reduce(
        (sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1),
        0,
      );
      expect(parameterCount(config)).toBe(total);
    }
  });
});

describe('the metric table', () => {
  it.each(METRIC_KEYS)('%s says what it is and what is healthy', (key) => {
    expect(metricRow(key).help).toMatch(/\.$/);
    expect(metricRow(key).healthy.length).toBeGreaterThan(0);
  });
});
