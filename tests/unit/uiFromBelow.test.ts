import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConfig, SETTING_KEYS, settingRow, validateSetting, type SettingKey } from '../../src/config/config';
import { FIELD_RULES } from '../../src/data/labelSchema';
import { fromBelow } from '../../src/ui/messages/fromBelow';
import { setLanguage } from '../../src/ui/messages/words.svelte';

beforeEach(() => setLanguage('de'));
afterEach(() => setLanguage('en'));

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

  it('leaves alone what it does not know, and everything in English', async () => {
    expect(fromBelow('shader x.wgsl: line 3; something new.')).toBe('shader x.wgsl: line 3; something new.');
    await setLanguage('en');
    expect(fromBelow('loading models')).toBe('loading models');
  });
});
