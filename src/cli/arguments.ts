import { parseSetting, type RunSettings, type SettingKey, type SettingValue } from '../config/config';
import { ConfigError } from '../config/errors';
import { shownName, shownValue } from '../config/hiddenText';
import { PRESETS, RECIPES, type Preset, type Recipe } from '../config/rows';
import { ENGINES, type Engine } from '../kernels/device';
import { STAGES, type Stage } from '../pipeline/report';

export interface HeadlessArguments {
  settings: RunSettings;
  out: string;
  engine: Engine | 'auto';
  stages: Stage[];
  evalPrompts: number;
  /** Archive to write. */
  saveRun: string | null;
  /** Archive to go on from; settings and stages are its own. */
  resume: string | null;
}

export const USAGE = `usage: npm run headless -- --out DIR [options]
  --preset nano|small|medium     size and recipe (nano)
  --recipe proven|paper          column of the settings table (proven)
  --seed N                       run seed (1)
  --engine auto|webgpu|wasm|cpu  what computes (auto)
  --stages pretrain,sft,rm,ppo   which stages to run, in this order (sft,rm,ppo); earlier ones are taken from the shipped files
  --set key=value                any setting, may be repeated: --set ppo.klCoef=0.1
  --eval-prompts N               held-out prompts in the final comparison (400)
  --save-run FILE                keeps the whole run in an archive: every minute, at stage ends, and at Ctrl-C
  --resume FILE                  goes on from an archive with its own settings and stages; same numbers on the same engine
  --out DIR                      where config, metrics, samples, report and model go`;

export function oneOf<T extends string>(flag: string, value: string, options: readonly T[]): T {
  if ((options as readonly string[]).includes(value)) return value as T;
  throw new ConfigError(`${flag}: got ${shownValue(value)}; expected one of ${options.join(', ')}.`);
}

export function wholeNumber(flag: string, value: string, max: number): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= max) return number;
  throw new ConfigError(`${flag}: got ${shownValue(value)}; expected a whole number from 0 to ${max}.`);
}

function stageList(value: string): Stage[] {
  const stages = value.split(',').map((stage) => oneOf('--stages', stage.trim(), STAGES));
  const order = stages.map((stage) => STAGES.indexOf(stage));
  if (order.some((at, i) => i > 0 && at !== order[i - 1] + 1)) {
    throw new ConfigError(
      `--stages: got ${shownValue(value)}; expected stages next to each other in the order ${STAGES.join(',')}, without gaps.`,
    );
  }
  return stages;
}

/** Reads the command line. @throws ConfigError in one line naming the argument, what it got and what was expected */
export function parseArguments(argv: readonly string[]): HeadlessArguments {
  const overrides: Partial<Record<SettingKey, SettingValue>> = {};
  let [preset, recipe, engine]: [Preset, Recipe, Engine | 'auto'] = ['nano', 'proven', 'auto'];
  let stages: Stage[] = ['sft', 'rm', 'ppo'];
  let out = '';
  let saveRun: string | null = null;
  let resume: string | null = null;
  let evalPrompts = 400;
  for (let i = 0; i < argv.length; i += 2) {
    const [flag, value] = [argv[i], argv[i + 1]];
    if (!flag.startsWith('--'))
      throw new ConfigError(`${shownValue(flag)}: not an option; expected --name value. See --help.`);
    if (value === undefined) throw new ConfigError(`${flag}: no value given; expected ${flag} VALUE.`);
    switch (flag) {
      case '--preset':
        preset = oneOf(flag, value, PRESETS);
        break;
      case '--recipe':
        recipe = oneOf(flag, value, RECIPES);
        break;
      case '--engine':
        engine = oneOf(flag, value, ['auto', ...ENGINES] as const);
        break;
      case '--stages':
        stages = stageList(value);
        break;
      case '--out':
        out = value;
        break;
      case '--save-run':
        saveRun = value;
        break;
      case '--resume':
        resume = value;
        break;
      case '--seed':
        overrides['run.seed'] = wholeNumber(flag, value, 4294967295);
        break;
      case '--eval-prompts':
        evalPrompts = wholeNumber(flag, value, 100000);
        break;
      case '--set': {
        const at = value.indexOf('=');
        if (at < 1)
          throw new ConfigError(`--set: got ${shownValue(value)}; expected key=value, for instance ppo.klCoef=0.1.`);
        const setting = parseSetting(value.slice(0, at), value.slice(at + 1));
        overrides[setting.key] = setting.value;
        break;
      }
      default:
        throw new ConfigError(
          `${shownName(flag)}: no such option; expected one of --preset --recipe --seed --engine --stages --set --eval-prompts --save-run --resume --out.`,
        );
    }
  }
  if (!out) throw new ConfigError('--out: missing; expected a folder for the results, for instance --out out/run1.');
  const changed = ['--preset', '--recipe', '--seed', '--stages', '--set'].find((flag) => argv.includes(flag));
  if (resume !== null && changed !== undefined)
    throw new ConfigError(
      `${changed}: the archive of --resume has its own; expected only one of the two; leave one out.`,
    );
  const settings = { version: 1, preset, recipe, overrides } as const;
  return { settings, out, engine, stages, evalPrompts, saveRun, resume };
}
