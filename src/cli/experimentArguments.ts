import { parseSetting, type SettingKey, type SettingValue } from '../config/config';
import { ConfigError } from '../config/errors';
import { SHIPPED_PRESETS, type Preset } from '../config/rows';
import { TIERS, type Tier } from '../experiment/job';
import { FULL_SIZES, QUICK_SIZES, type PlanOptions } from '../experiment/plan';
import { ENGINES, type Engine } from '../kernels/device';
import { oneOf, wholeNumber } from './arguments';

export interface ExperimentArguments {
  plan: PlanOptions;
  out: string;
  engine: Engine | 'auto';
  workers: number;
  /** Seconds by tier. */
  limits: Partial<Record<Tier, number>>;
  /** Prints plan and budget only. */
  isDry: boolean;
  /** Set in processes that the command starts itself: name of the attempt they belong to. */
  attempt: string | null;
}

export const EXPERIMENT_USAGE = `usage: npm run experiment -- --out DIR [options]
  --preset nano|small        models of the core tables (nano), several with commas; the other tiers use nano
  --seeds N                  seeds of the core tables (3), several with commas: one number for each preset
  --sweep-seeds N            seeds of the other tiers (as many as the first preset has)
  --tiers core,sweeps,...    any of ${TIERS.join(', ')} (all)
  --prompts N                held-out prompts each policy answers in the core tables (400)
  --tier-minutes TIER=M,...  starts no more jobs of a tier after so many minutes of work
  --engine auto|webgpu|wasm|cpu  what computes (auto)
  --workers N                processes that share the work (1)
  --set key=value            any setting, for all jobs, may be repeated
  --quick                    a minute's worth of everything: too small for most findings
  --dry                      prints the jobs and what they cost, and ends
  --out DIR                  where results and the report go; the same DIR continues a stopped experiment`;

/** Reads the command line. @throws ConfigError in one line naming the argument, what it got and what was expected */
export function parseExperimentArguments(argv: readonly string[]): ExperimentArguments {
  const overrides: Partial<Record<SettingKey, SettingValue>> = {};
  const result = {
    engine: 'auto' as Engine | 'auto',
    workers: 1,
    isDry: false,
    attempt: null as string | null,
    out: '',
  };
  let presets: Preset[] = ['nano'];
  let seeds = [3];
  let [sweepSeeds, prompts]: (number | null)[] = [null, null];
  let tiers: readonly Tier[] = TIERS;
  let limits: ExperimentArguments['limits'] = {};
  let sizes = FULL_SIZES;
  const rest = [...argv];
  while (rest.length > 0) {
    const flag = rest.shift()!;
    if (!flag.startsWith('--')) throw new ConfigError(`"${flag}": not an option; expected --name value. See --help.`);
    if (flag === '--quick') {
      sizes = QUICK_SIZES;
      continue;
    }
    if (flag === '--dry') {
      result.isDry = true;
      continue;
    }
    const value = rest.shift();
    if (value === undefined) throw new ConfigError(`${flag}: no value given; expected ${flag} VALUE.`);
    switch (flag) {
      case '--preset':
        presets = value.split(',').map((preset) => oneOf(flag, preset.trim(), SHIPPED_PRESETS));
        break;
      case '--seeds':
        seeds = value.split(',').map((count) => positive(flag, count, 100));
        break;
      case '--sweep-seeds':
        sweepSeeds = positive(flag, value, 100);
        break;
      case '--tiers':
        tiers = value.split(',').map((tier) => oneOf(flag, tier.trim(), TIERS));
        break;
      case '--prompts':
        prompts = positive(flag, value, 100000);
        break;
      case '--tier-minutes':
        limits = tierSeconds(flag, value);
        break;
      case '--engine':
        result.engine = oneOf(flag, value, ['auto', ...ENGINES] as const);
        break;
      case '--workers':
        result.workers = positive(flag, value, 64);
        break;
      case '--set': {
        const at = value.indexOf('=');
        if (at < 1) throw new ConfigError(`--set: got "${value}"; expected key=value, for instance ppo.iterations=50.`);
        const setting = parseSetting(value.slice(0, at), value.slice(at + 1));
        overrides[setting.key] = setting.value;
        break;
      }
      case '--attempt':
        result.attempt = value;
        break;
      case '--out':
        result.out = value;
        break;
      default:
        throw new ConfigError(`${flag}: no such option; see --help for all.`);
    }
  }
  if (!result.out)
    throw new ConfigError('--out: missing; expected a folder for the results, for instance --out out/experiment.');
  if (seeds.length !== 1 && seeds.length !== presets.length)
    throw new ConfigError(
      `--seeds: got ${seeds.length} numbers for ${presets.length} presets; expected one for each or one for all.`,
    );
  const core = presets.map((preset, i) => ({ preset, seeds: seeds[i] ?? seeds[0] }));
  const all = { ...sizes, prompts: prompts ?? sizes.prompts, overrides: { ...sizes.overrides, ...overrides } };
  return { ...result, limits, plan: { core, tiers, sweepSeeds: sweepSeeds ?? core[0].seeds, sizes: all } };
}

function positive(flag: string, value: string, max: number): number {
  const number = wholeNumber(flag, value, max);
  if (number === 0) throw new ConfigError(`${flag}: got "${value}"; expected a whole number from 1 to ${max}.`);
  return number;
}

function tierSeconds(flag: string, value: string): ExperimentArguments['limits'] {
  const entries = value.split(',').map((part) => {
    const [tier, minutes] = part.split('=');
    return [oneOf(flag, tier.trim(), TIERS), 60 * wholeNumber(flag, minutes ?? '', 100000)];
  });
  return Object.fromEntries(entries) as ExperimentArguments['limits'];
}
