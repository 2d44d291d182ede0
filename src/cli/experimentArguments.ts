import { parseSetting } from '../config/config';
import { ConfigError } from '../config/errors';
import { shownName, shownValue } from '../config/hiddenText';
import { SHIPPED_PRESETS, type Preset } from '../config/rows';
import { TIERS, type Tier } from '../experiment/job';
import { FULL_SIZES, QUICK_SIZES, type PlanOptions } from '../experiment/plan';
import type { Overrides } from '../experiment/results';
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
  /** Writes the report of finished jobs only. */
  isReport: boolean;
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
  --quick                    a few minutes' worth of everything: too small for most findings
  --dry                      prints what the jobs cost, and ends
  --report                   writes the report from the jobs that are done, and ends; others may go on working
  --out DIR                  where results and the report go; the same DIR continues a stopped experiment`;

/** What the flags say, before they are put together. */
interface Wishes {
  presets: Preset[];
  seeds: number[];
  sweepSeeds: number | null;
  tiers: readonly Tier[];
  prompts: number | null;
  limits: ExperimentArguments['limits'];
  engine: Engine | 'auto';
  workers: number;
  overrides: Overrides;
  out: string;
  attempt: string | null;
}

const listOf = (value: string) => value.split(',').map((part) => part.trim());

/** Reads the value of each flag. */
const FLAGS: Record<string, (wishes: Wishes, value: string, flag: string) => void> = {
  '--preset': (wishes, value, flag) => {
    wishes.presets = listOf(value).map((preset) => oneOf(flag, preset, SHIPPED_PRESETS));
  },
  '--seeds': (wishes, value, flag) => {
    wishes.seeds = listOf(value).map((count) => positive(flag, count, 100));
  },
  '--sweep-seeds': (wishes, value, flag) => {
    wishes.sweepSeeds = positive(flag, value, 100);
  },
  '--tiers': (wishes, value, flag) => {
    wishes.tiers = listOf(value).map((tier) => oneOf(flag, tier, TIERS));
  },
  '--prompts': (wishes, value, flag) => {
    wishes.prompts = positive(flag, value, 100_000);
  },
  '--tier-minutes': (wishes, value, flag) => {
    for (const part of listOf(value)) {
      const [tier, minutes = ''] = part.split('=');
      wishes.limits[oneOf(flag, tier, TIERS)] = 60 * wholeNumber(flag, minutes, 100_000);
    }
  },
  '--engine': (wishes, value, flag) => {
    wishes.engine = oneOf(flag, value, ['auto', ...ENGINES] as const);
  },
  '--workers': (wishes, value, flag) => {
    wishes.workers = positive(flag, value, 64);
  },
  '--set': (wishes, value, flag) => {
    const at = value.indexOf('=');
    if (at < 1)
      throw new ConfigError(`${flag}: got ${shownValue(value)}; expected key=value, for instance ppo.iterations=50.`);
    const setting = parseSetting(value.slice(0, at), value.slice(at + 1));
    wishes.overrides[setting.key] = setting.value;
  },
  '--attempt': (wishes, value) => {
    wishes.attempt = value;
  },
  '--out': (wishes, value) => {
    wishes.out = value;
  },
};

/** Reads the command line. @throws ConfigError in one line naming the argument, what it got and what was expected */
export function parseExperimentArguments(argv: readonly string[]): ExperimentArguments {
  const wishes: Wishes = {
    ...{ presets: ['nano'], seeds: [3], sweepSeeds: null, tiers: TIERS, prompts: null, limits: {} },
    ...{ engine: 'auto', workers: 1, overrides: {}, out: '', attempt: null },
  };
  const switches = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const flag = argv[i];
    if (!flag.startsWith('--'))
      throw new ConfigError(`${shownValue(flag)}: not an option; expected --name value. See --help.`);
    if (['--quick', '--dry', '--report'].includes(flag)) {
      switches.add(flag);
      continue;
    }
    if (!Object.hasOwn(FLAGS, flag)) throw new ConfigError(`${shownName(flag)}: no such option; see --help for all.`);
    const value = argv[++i];
    if (value === undefined) throw new ConfigError(`${flag}: no value given; expected ${flag} VALUE.`);
    FLAGS[flag](wishes, value, flag);
  }
  return together(wishes, switches);
}

function together(wishes: Wishes, switches: ReadonlySet<string>): ExperimentArguments {
  const { presets, seeds, sweepSeeds, tiers, prompts, overrides, limits, engine, workers, out, attempt } = wishes;
  if (!out)
    throw new ConfigError('--out: missing; expected a folder for the results, for instance --out out/experiment.');
  if (seeds.length !== 1 && seeds.length !== presets.length)
    throw new ConfigError(
      `--seeds: got ${seeds.length} numbers for ${presets.length} presets; expected one for each or one for all.`,
    );
  const core = presets.map((preset, i) => ({ preset, seeds: seeds[i] ?? seeds[0] }));
  const usual = switches.has('--quick') ? QUICK_SIZES : FULL_SIZES;
  const sizes = { ...usual, prompts: prompts ?? usual.prompts, overrides: { ...usual.overrides, ...overrides } };
  const plan = { core, tiers, sweepSeeds: sweepSeeds ?? core[0].seeds, sizes };
  return {
    plan,
    out,
    engine,
    workers,
    limits,
    isDry: switches.has('--dry'),
    isReport: switches.has('--report'),
    attempt,
  };
}

function positive(flag: string, value: string, max: number): number {
  const number = wholeNumber(flag, value, max);
  if (number === 0)
    throw new ConfigError(`${flag}: got ${shownValue(value)}; expected a whole number from 1 to ${max}.`);
  return number;
}
