import { expect, test } from 'vitest';
import { parseExperimentArguments } from '../../src/cli/experimentArguments';
import { costOf, minutesFor } from '../../src/experiment/budget';
import { resolveConfig } from '../../src/config/config';
import { makePlan, QUICK_SIZES } from '../../src/experiment/plan';
import { settingsOf } from '../../src/experiment/session';

const parse = (line: string) => parseExperimentArguments(line.split(' '));

test('a folder is all that has to be said', () => {
  const { plan, engine, workers, limits, isDry } = parse('--out x');
  expect(plan).toMatchObject({ core: [{ preset: 'nano', seeds: 3 }], sweepSeeds: 3 });
  expect(plan.tiers).toEqual(['core', 'sweeps', 'crossval', 'iterate']);
  expect(plan.sizes.prompts).toBe(400);
  expect({ engine, workers, limits, isDry }).toEqual({ engine: 'auto', workers: 1, limits: {}, isDry: false });
});

test('presets come with their numbers of seeds, settings reach every job', () => {
  const { plan, limits } = parse(
    '--preset nano,small --seeds 5,2 --sweep-seeds 1 --tiers core,sweeps --prompts 50 --tier-minutes sweeps=40 --set ppo.klCoef=0.1 --out x',
  );
  expect(plan.core).toEqual([
    { preset: 'nano', seeds: 5 },
    { preset: 'small', seeds: 2 },
  ]);
  expect(limits).toEqual({ sweeps: 2400 });
  const jobs = makePlan(plan);
  expect(jobs.filter(({ kind }) => kind === 'judge')).toHaveLength(7);
  const core = jobs.filter(({ id }) => id.endsWith('-ppo'));
  expect(core.every(({ overrides }) => overrides['ppo.klCoef'] === 0.1)).toBe(true);
});

test('quick is small, and what is said besides still counts', () => {
  const { plan } = parse('--quick --prompts 7 --dry --out x');
  expect(plan.sizes).toMatchObject({ prompts: 7, sweepIterations: QUICK_SIZES.sweepIterations });
});

test.each([
  ['--seeds 3', '--out: missing'],
  ['--out x --seeds 0', '--seeds: got "0"; expected a whole number from 1'],
  ['--out x --seeds 1,2', '--seeds: got 2 numbers for 1 presets'],
  ['--out x --tiers core,tables', '--tiers: got "tables"; expected one of core'],
  ['--out x --preset medium', '--preset: got "medium"'],
  ['--out x --tier-minutes core', '--tier-minutes: got ""'],
  ['--out x --set ppo.klCoef', '--set: got "ppo.klCoef"'],
  ['--out x --speed 3', '--speed: no such option'],
  ['--out', '--out: no value given'],
  ['out', '"out": not an option'],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

test('the budget follows from rows and parameters', () => {
  const { plan } = parse('--out x --seeds 1 --tiers core,sweeps');
  const jobs = makePlan(plan);
  const cost = (id: string) => {
    const job = jobs.find((each) => each.id === `nano-s1-${id}`)!;
    return costOf(job, resolveConfig(settingsOf(job)));
  };
  // Twice the epochs, twice the work; the pretraining gradient costs extra; judging needs no model.
  const [sft, more] = [cost('sft').training, cost('sft-epochs').training];
  expect(more).toBeGreaterThan(2 * sft);
  expect(cost('ppo-ptx').training).toBeGreaterThan(1.5 * cost('ppo').training);
  expect(cost('judge')).toEqual({ training: 0, sampling: 0 });
  for (const job of jobs) {
    const { training, sampling } = costOf(job, resolveConfig(settingsOf(job)));
    expect(Number.isFinite(training + sampling) && training + sampling < 10, job.id).toBe(true);
  }
  expect(minutesFor({ training: 0.6, sampling: 0.3 }, { training: 0.01, sampling: 0.005 })).toBeCloseTo(2, 10);
});
