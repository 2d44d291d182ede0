import { afterEach, describe, expect, it } from 'vitest';
import { settingRow, SETTING_KEYS } from '../../src/config/config';
import { optionText } from '../../src/ui/messages/tables';
import type { Message } from '../../src/ui/messages/words.svelte';
import { area, language, setLanguage } from '../../src/ui/messages/words.svelte';
import { GERMAN } from '../../src/ui/messages/german';

/** Every file of English, as its source: what `area` was given cannot be read back from the functions it returns. */
const ENGLISH = import.meta.glob<Record<string, Record<string, () => string>>>('../../src/ui/messages/en/*.ts', {
  eager: true,
});
const SOURCES = import.meta.glob<string>('../../src/ui/messages/en/*.ts', {
  eager: true,
  query: '?raw',
  import: 'default',
});
const nameOf = (path: string) => path.replace(/^.*\//, '').replace('.ts', '');
const textOf = (message: Message) => (typeof message === 'string' ? message : Object.values(message).join(' '));
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

afterEach(() => setLanguage('en'));

describe('messages', () => {
  it('puts values in and picks the plural form of the language', async () => {
    const test = area('test', { hello: 'Hello {who}', found: { one: '1 run', other: '{count} runs' } });
    expect(test.hello({ who: 'you' })).toBe('Hello you');
    expect(test.found({ count: 1 })).toBe('1 run');
    expect(test.found({ count: 12345 })).toBe('12,345 runs');
    await setLanguage('de');
    // No German here: English words with German numbers, rather than nothing.
    expect(test.found({ count: 12345 })).toBe('12.345 runs');
    expect(language()).toBe('de');
  });

  it('names the message that got no value', () => {
    const test = area('test', { hello: 'Hello {who}' });
    expect(() => (test.hello as unknown as () => string)()).toThrow(/test\.hello got no value for \{who\}/);
  });

  it('follows the language', async () => {
    const { shell } = await import('../../src/ui/messages/en/shell');
    expect(shell.skip()).toBe('Skip to content');
    await setLanguage('de');
    expect(shell.skip()).toBe('Zum Inhalt springen');
  });
});

describe.each(Object.entries(ENGLISH).map(([path, file]) => [nameOf(path), path, file] as const))(
  'German of %s',
  (name, path, file) => {
    const english = file[name];

    it('has an area named like its file', () => {
      expect(Object.keys(file), `${path} exports its area as "${name}"`).toContain(name);
      expect(SOURCES[path]).toContain(`area('${name}'`);
    });

    it('has every message and no other', () => {
      expect(Object.keys(GERMAN.areas[name] ?? {}).sort()).toEqual(Object.keys(english).sort());
    });

    it('names the same values', () => {
      for (const [key, message] of Object.entries(GERMAN.areas[name] ?? {})) {
        const german = placeholders(textOf(message)).filter((value) => value !== '{count}');
        // Reading the English without values names the first that is missing; with a stand-in for each it reads whole.
        const asked: string[] = [];
        const values = new Proxy({}, { get: (_, value) => (asked.push(`{${String(value)}}`), 2) });
        (english[key] as (values: object) => string)(values);
        const wanted = [...new Set(asked)].filter((value) => value !== '{count}').sort();
        expect(german, `${name}.${key}`).toEqual(wanted);
      }
    });
  },
);

/** Words for which CONTRIBUTING.md, "Words on the page", has another one; prompts are no questions, but questions exist. */
const STRAY =
  /Vorführ|vorgeführ|\bBM-|RM-Wert|[Ww]ahre[rnms]? (?:Wert|Score)|\bLoss\b|Recheneinheit|\bBatch(?:es)?\b|\bEpochen?\b|\bPenalty\b|Bewert(?:er|ende)|[\d}] Tokens\b/;

it('German has one word for a thing', () => {
  const areas = Object.entries(GERMAN.areas).flatMap(([name, messages]) =>
    Object.entries(messages).map(([key, message]) => [`${name}.${key}`, textOf(message)] as const),
  );
  const tables = [...Object.entries(GERMAN.settings), ...Object.entries(GERMAN.metrics)].map(
    ([key, texts]) => [key, Object.values(texts).join(' ')] as const,
  );
  const below = [...GERMAN.below.phrases, ...GERMAN.below.clauses].map(([, text]) => [text, text] as const);
  const stray = [...areas, ...tables, ...below].flatMap(
    ([key, text]) => STRAY.exec(text)?.map((word) => `${key}: ${word}`) ?? [],
  );
  expect(stray).toEqual([]);
});

it('every value of a list of settings has a German name, and its own as the English one', async () => {
  for (const key of SETTING_KEYS) {
    const row = settingRow(key);
    if (row.kind === 'choice')
      expect(Object.keys(GERMAN.options[key] ?? {}).sort(), key).toEqual([...row.options].sort());
    else expect(GERMAN.options[key], key).toBeUndefined();
  }
  expect(optionText('ppo.valueInit', 'rm_body')).toBe('rm body');
  await setLanguage('de');
  expect(optionText('ppo.valueInit', 'rm_body')).toBe('Rumpf des RM');
});
