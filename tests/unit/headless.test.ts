import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments';
import { ConfigError } from '../../src/config/errors';

describe('arguments of the headless command', () => {
  it('reads what the README shows', () => {
    const args = parseArguments([
      '--preset',
      'small',
      '--seed',
      '7',
      '--out',
      'x',
      '--engine',
      'wasm',
      '--set',
      'ppo.klCoef=0.1',
      '--stages',
      'rm,ppo',
    ]);
    expect(args).toMatchObject({
      out: 'x',
      engine: 'wasm',
      stages: ['rm', 'ppo'],
      settings: { preset: 'small', overrides: { 'run.seed': 7, 'ppo.klCoef': 0.1 } },
    });
  });

  it.each([
    [['--out', 'x', '--preset', 'huge'], /^--preset: got "huge"; expected one of nano, small, medium\.$/],
    [['--out', 'x', '--seed', 'one'], /^--seed: got "one"; expected a whole number/],
    [['--out', 'x', '--stages', 'sft,ppo'], /^--stages: got "sft,ppo"; expected stages next to each other/],
    [['--out', 'x', '--set', 'ppo.klCoef'], /^--set: got "ppo\.klCoef"; expected key=value/],
    [['--out', 'x', '--set', 'ppo.klCoef=-1'], /^ppo\.klCoef: got -1; expected a number from 0/],
    [['--out', 'x', '--fast', '1'], /^--fast: no such option/],
    [['--out'], /^--out: no value given/],
    [['--preset', 'nano'], /^--out: missing/],
    [['nano'], /^"nano": not an option/],
  ])('refuses %o in one line', (argv, reason) => {
    expect(() => parseArguments(argv)).toThrow(ConfigError);
    expect(() => parseArguments(argv)).toThrow(reason);
    try {
      parseArguments(argv);
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });
});
