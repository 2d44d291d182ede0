import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConfig, SETTING_KEYS, settingRow, validateSetting, type SettingKey } from '../../src/config/config';
import { listen } from '../fuzz/target';
import { TARGETS } from '../fuzz/targets';
import { FIELD_RULES } from '../../src/data/labelSchema';
import { fromBelow } from '../../src/ui/messages/fromBelow';
import { setLanguage } from '../../src/ui/messages/words.svelte';

beforeEach(() => setLanguage('de'));
afterEach(() => setLanguage('en'));

/** Parsers whose refusals reach the page: files and links of a visitor, and the files that ship with it. */
const READ_BY_VISITORS = ['safetensors', 'tokenizer', 'settings', 'link', 'recording'];

/** Words of English sentences that no German text of the table holds. */
const ENGLISH =
  /\b(expected|got|the|of|or|and|choose|from|least|most|whole|number|does not|with|leave|put|characters)\b/;

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new RangeError('uiFromBelow: nothing was thrown; expected an error to translate.');
}

const settings = (overrides: Partial<Record<SettingKey, number>>) =>
  resolveConfig({ version: 1, preset: 'nano', recipe: 'proven', overrides });

describe('texts from below in German', () => {
  it('groups digits as German does', () => {
    expect(fromBelow('sampling answers to rank, 5,632 of 13,200')).toBe(
      'Antworten zum Ordnen werden gezogen, 5.632 von 13.200',
    );
  });

  it.each(SETTING_KEYS)('%s refuses a wrong value in words without English', (key) => {
    const message = messageOf(() => validateSetting(key, 'falsch'));
    const german = fromBelow(message);
    expect(german).toContain(`${key}: angegeben ist`);
    expect(german).toContain('erwartet: ');
    const row = settingRow(key);
    // Values of settings are not translated where they stand for themselves.
    const values = row.kind === 'choice' ? row.options.join(', ') : '';
    expect(german.replace(values, '')).not.toMatch(row.kind === 'switch' ? /expected|got/ : ENGLISH);
  });

  it.each([
    [{ 'model.heads': 3 }, 'teilt model.width'],
    [{ 'ppo.minibatches': 5 }, 'teilt ppo.batchSize'],
    [{ 'sampling.responseLength': 60 }, 'für den Prompt'],
  ] as const)('the rule that %j breaks', (overrides, words) => {
    const german = fromBelow(messageOf(() => settings(overrides)));
    expect(german).toContain(words);
    expect(german).not.toMatch(ENGLISH);
  });

  it.each(Object.entries(FIELD_RULES))('what field %s of a label file must be', (_, { expected, remedy }) => {
    expect(fromBelow(expected)).not.toBe(expected);
    expect(fromBelow(remedy)).not.toBe(remedy);
    expect(fromBelow(remedy)).toMatch(/\.$/);
    expect(`${fromBelow(expected)} ${fromBelow(remedy)}`.replace('true or false', '')).not.toMatch(ENGLISH);
  });

  it.each([
    'rm: got 7 rankings by people with a preference in them; expected at least 20; rank more or add the simulated labelers.',
    'evaluation: there is no run to measure; start one first.',
    'desk: there is no run yet; expected one whose policies can write; load the models first.',
    'webgpu: the graphics device went away (destroyed). Reload to continue from the last save.',
    'library: there is no run 7f; expected one of the list; reload it.',
    'ppo: step 12 produced values that are not finite, first in loss/policy; that update and all after it were not applied, the last good weights are kept. Lower the learning rate and start the stage again.',
    'ppo.batchSize: cannot change while a stage runs; use Apply and restart.',
  ])('%s', (message) => {
    const german = fromBelow(message);
    expect(german).not.toMatch(ENGLISH);
    expect(german.match(/\.$/)).not.toBeNull();
  });

  it.each([
    ['hide', 'hide: got "x"; expected a setting or one of top, strip, rail, diagnosis, charts, moment, board, footer.'],
    ['link', 'z: the packed part of this link is damaged; ask for the whole link again.'],
    ['twice', 'ppo.klCoef: given more than once; the last one counts.'],
    [
      'zip',
      'archive: the file is no whole zip file (End of central directory not found); use an unchanged archive, made by this version of the app.',
    ],
    [
      'changed',
      `archive: model.safetensors has SHA-256 ${'0f'.repeat(32)}; expected ${'a1'.repeat(32)}: it was changed or damaged; use an unchanged archive, made by this version of the app.`,
    ],
    [
      'json',
      'manifest.json: line 3, character 9: not JSON (Unexpected token \'b\', "brue" is not valid JSON); expected JSON; use an unchanged file, made by this version of the app.',
    ],
    [
      'weights',
      'models/policy.safetensors: transformer.wte.weight [1024,64] spans bytes 0 to 99 of 70; expected 262144 bytes inside the file; download it again.',
    ],
    ['row', 'runs, mint-crane: settings is 7; expected settings of this version of the page'],
    [
      'private',
      'storage: the browser opened no database (SecurityError); expected one for this page; leave the private window, allow site data, or export before you close.',
    ],
    [
      'newer',
      'storage: what is kept here was written by a newer version of this page (VersionError); expected version 4 or older; reload this tab, or take the update the page offers.',
    ],
    [
      'taken over',
      'storage: this run is continued in another tab; expected this tab to be the one that saves it; take it over in the list of runs, or start a new one.',
    ],
    ['worker', 'training worker: the browser ended it before the answer came; expected it to stay; ask again.'],
    [
      'memory',
      'memory: PPO needs about 9,120 MB; expected at most 4,000 MB, which is what this device has; choose smaller batches or a smaller preset.',
    ],
  ])('what a visitor may meet: %s', (_, message) => {
    const german = fromBelow(message);
    expect(german).not.toMatch(/„/);
    expect(german.replaceAll(/"[^"]*"/g, '')).not.toMatch(ENGLISH);
  });

  it.each(TARGETS.filter(({ name }) => READ_BY_VISITORS.includes(name)))(
    'whatever is wrong with what $name reads',
    async ({ name, run }) => {
      const messages = new Set<string>();
      listen((message) => messages.add(message));
      await run(300, 11, async (check) => void (await check()));
      listen(null);
      expect(messages.size, name).toBeGreaterThan(20);
      // Names and values of files stand as they are, and may be any words at all.
      const quoted = [...messages].map(fromBelow).filter((german) => german.includes('„'));
      expect(quoted).toEqual([]);
    },
  );

  it('quotes what it does not know, leaves phrases alone, and everything in English', async () => {
    expect(fromBelow('shader x.wgsl: line 3; something new.')).toBe('„shader x.wgsl: line 3“; „something new“.');
    expect(fromBelow('NVIDIA RTX 4090')).toBe('NVIDIA RTX 4090');
    await setLanguage('en');
    expect(fromBelow('loading models')).toBe('loading models');
  });
});
