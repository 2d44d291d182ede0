import fc from 'fast-check';
import { parseExperimentArguments } from '../../../src/cli/experimentArguments';
import { parseArguments } from '../../../src/cli/arguments';
import { parseSettings, resolveConfig, SETTING_KEYS, settingRow } from '../../../src/config/config';
import { ConfigError } from '../../../src/config/errors';
import { brokenJson, ODD_TEXTS } from '../hostile';
import { checkPrototypes, checkSame, orRefused, target, type Verdict } from '../target';

const usualValue = (key: (typeof SETTING_KEYS)[number]) => {
  const row = settingRow(key);
  if (row.kind === 'number') return fc.constantFrom<number | string | boolean>(...row.usual);
  return fc.constantFrom<number | string | boolean>(...(row.kind === 'choice' ? row.options : [true, false]));
};
const override = fc.constantFrom(...SETTING_KEYS).chain((key) => fc.tuple(fc.constant(key), usualValue(key)));
const document = fc.record({
  version: fc.constant(1),
  preset: fc.constantFrom('nano', 'small', 'medium'),
  recipe: fc.constantFrom('proven', 'paper'),
  overrides: fc.array(override, { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
});

function checkSettings(text: string): Verdict {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = text;
  }
  const read = orRefused(ConfigError, () => parseSettings(value));
  checkPrototypes();
  if (!read) return 'refused';
  checkSame(parseSettings(JSON.parse(JSON.stringify(read.value))), read.value, 'settings');
  resolveConfig(read.value);
  return 'accepted';
}

export const settings = target(
  'settings',
  'settings in recordings, archives and the run library',
  brokenJson(document),
  checkSettings,
);

/** Flags of both commands, each with values that suit it. */
const WORDS: Record<string, readonly string[]> = {
  '--out': ['out/x'],
  '--preset': ['nano', 'small', 'nano,small'],
  '--recipe': ['proven', 'paper'],
  '--seed': ['0', '7'],
  '--engine': ['auto', 'wasm'],
  '--stages': ['sft,rm', 'ppo'],
  '--eval-prompts': ['0', '400'],
  '--seeds': ['2', '1,2'],
  '--tiers': ['core', 'core,sweeps'],
  '--tier-minutes': ['core=5'],
  '--workers': ['2'],
  '--prompts': ['10'],
};
const odd = fc.oneof(
  fc.constantFrom<string>(...ODD_TEXTS, '-1', '1e999', '0x10', ' ', '=', '--quick', '--dry'),
  fc.string({ maxLength: 10, unit: 'binary' }),
);
const flag = fc
  .constantFrom(...Object.keys(WORDS))
  .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...WORDS[name])));
const setting = override.map(([key, value]) => ['--set', `${key}=${value}`]);
const words = fc.oneof(
  { weight: 6, arbitrary: flag },
  { weight: 3, arbitrary: setting },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...Object.keys(WORDS), '--set'), odd) },
  { weight: 1, arbitrary: fc.array(odd, { maxLength: 2 }) },
);
const line = fc.array(words, { maxLength: 3 }).map((parts) => ['--out', 'out/x', ...parts.flat()]);

function checkArguments(argv: string[]): Verdict {
  const run = orRefused(ConfigError, () => parseArguments(argv));
  const experiment = orRefused(ConfigError, () => parseExperimentArguments(argv));
  checkPrototypes();
  if (run) orRefused(ConfigError, () => resolveConfig(run.value.settings));
  return run || experiment ? 'accepted' : 'refused';
}

export const commandLine = target('arguments', 'command lines of headless and experiment', line, checkArguments);
