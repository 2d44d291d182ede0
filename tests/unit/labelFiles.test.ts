import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors';
import { FIELD_RULES } from '../../src/data/labelSchema';
import { parseLabels, readLabelFile, readLabelFiles, serialiseLabels } from '../../src/data/labelFiles';
import { FLAGS, SKIP_REASONS, type DemonstrationLabel, type RankingLabel } from '../../src/data/labels';

const label: RankingLabel = {
  prompt: 'What does the fox eat?',
  answers: ['The fox eats bread.', 'The fox eats honey.', 'I do not know.'],
  ranks: [0, 1, 1],
  likert: [7, 2, null],
  flags: [[], ['falseFact'], []],
  labeler: 'Ana',
};
const demonstration: DemonstrationLabel = {
  prompt: 'Say hello to Leo.',
  completion: 'Hello, Leo.',
  labeler: 'Ana',
  source: 'written',
};

/** The one reason why a changed label is rejected. */
function rejectionOf(change: object, original: object = label) {
  const { labels, demonstrations, rejected } = parseLabels(JSON.stringify({ ...original, ...change }));
  expect([labels, demonstrations]).toEqual([[], []]);
  expect(rejected).toHaveLength(1);
  return rejected[0];
}

describe('label files', () => {
  it('come back as they were written, rankings and demonstrations apart', () => {
    const text = serialiseLabels([label, demonstration, label]);
    expect(text.split('\n')).toHaveLength(4);
    expect(parseLabels(text)).toEqual({ labels: [label, label], demonstrations: [demonstration], rejected: [] });
  });

  it('may have empty lines, carriage returns and a byte order mark', () => {
    const line = JSON.stringify(label);
    expect(parseLabels(`\uFEFF${line}\r\n\r\n  \n${line}`)).toEqual({
      labels: [label, label],
      demonstrations: [],
      rejected: [],
    });
  });

  it('keep the good lines and say line, field, value, expectation and remedy of the others', () => {
    const bad = JSON.stringify({ ...label, likert: [7, 8, 1] });
    const { labels, rejected } = parseLabels([JSON.stringify(label), bad, 'oops', '[]', 'null'].join('\n'));
    expect(labels).toEqual([label]);
    expect(rejected[0]).toEqual({ line: 2, field: 'likert.1', value: '8', ...FIELD_RULES.likert });
    expect(rejected[1]).toMatchObject({
      line: 3,
      field: 'line',
      value: '"oops"',
      expected: 'one JSON object per line',
    });
    expect(rejected.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  });

  it.each<[string, string, object]>([
    ['too few answers', 'answers', { answers: ['a'], ranks: [0], likert: undefined, flags: undefined }],
    ['too many answers', 'answers', { answers: Array(10).fill('a') }],
    ['an answer that is no text', 'answers.1', { answers: ['a', 1, 'b'] }],
    ['a rank for each answer', 'ranks', { ranks: [0, 1] }],
    ['a fractional rank', 'ranks.0', { ranks: [0.5, 1, 2] }],
    ['a negative rank', 'ranks.2', { ranks: [0, 1, -1] }],
    ['no ranks', 'ranks', { ranks: undefined }],
    ['an unknown flag', 'flags.0.0', { flags: [['ugly'], [], []] }],
    ['a flag twice', 'flags.0', { flags: [['harmful', 'harmful'], [], []] }],
    ['an unknown reason', 'skipped', { skipped: 'tired' }],
    ['no labeler', 'labeler', { labeler: '' }],
    ['negative time', 'seconds', { seconds: -1 }],
    ['an empty prompt', 'prompt', { prompt: '' }],
    ['a long prompt', 'prompt', { prompt: 'a'.repeat(5000) }],
    ['token ids of one answer only', 'tokens', { tokens: [[1], [2]] }],
    ['ended as a word', 'ended.0', { ended: ['yes', true, true] }],
  ])('refuse %s', (_, field, change) => {
    const { line, ...problem } = rejectionOf(change);
    expect(line).toBe(1);
    expect(problem).toMatchObject({ field, ...FIELD_RULES[field.split('.')[0] as keyof typeof FIELD_RULES] });
    expect(problem.value.length).toBeLessThan(70);
  });

  it('refuse unknown and prototype-polluting fields of either kind', () => {
    const withKey = (key: string) => JSON.stringify(label).replace('{', `{"${key}":{"polluted":1},`);
    for (const key of ['ranked', 'toString', 'completionText']) {
      const { labels, rejected } = parseLabels(withKey(key));
      expect(labels).toEqual([]);
      expect(rejected).toMatchObject([{ line: 1, field: `"${key}"`, value: 'unknown field' }]);
    }
    for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__', 'labeler']) {
      const { labels, rejected } = parseLabels(withKey(key));
      expect(labels).toEqual([]);
      expect(rejected).toMatchObject([{ line: 1, field: 'line', value: expect.stringMatching(/^(a|the) key /) }]);
    }
    expect(rejectionOf({ ranks: [0] }, demonstration).field).toBe('"ranks"');
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it('are refused when the file, its lines or their number are too large', () => {
    const line = JSON.stringify(label);
    const limits = { maxLength: 10 * line.length, maxLines: 3, maxLineLength: line.length };
    expect(parseLabels(line, limits).labels).toHaveLength(1);
    expect(parseLabels(`${line} \n${line}`, limits)).toMatchObject({ labels: [label], rejected: [{ line: 1 }] });
    expect(parseLabels('\n\n\n', limits).rejected).toMatchObject([
      { line: 0, field: 'file', value: 'more than 3 lines' },
    ]);
    expect(parseLabels(line.repeat(11), limits).rejected).toMatchObject([{ line: 0, field: 'file' }]);
  });

  it('hold no character that cannot be seen, and say which and where', () => {
    expect(rejectionOf({ prompt: 'a\u202Eb' })).toEqual({
      line: 1,
      field: 'prompt',
      value: 'U+202E, a mark that changes the direction of writing, at character 2',
      expected: 'only characters that can be seen',
      remedy: 'Remove the character.',
    });
    expect(rejectionOf({ answers: ['a', 'b\u200B', 'c'] }).field).toBe('answers.1');
    expect(rejectionOf({ labeler: '\0' }).value).toBe('U+0000, a control character, at character 1');
    expect(rejectionOf({ completion: '\ud800' }, demonstration).value).toContain('half a character');
    const markup = { ...label, prompt: '<img src=x onerror=alert(1)>', labeler: 'Zoë 🏳️‍🌈 می‌خواهم' };
    expect(parseLabels(JSON.stringify(markup)).labels).toEqual([markup]);
  });

  it('are read from bytes in pieces of any size as from their text', async () => {
    const text = `\uFEFF${[JSON.stringify(label), '', JSON.stringify({ ...label, labeler: 'Zoë 🦊' }), 'x'].join('\r\n')}`;
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 3, 7, 64, 5000]) {
      const stream = () =>
        new ReadableStream<Uint8Array<ArrayBuffer>>({
          start(controller) {
            for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
            controller.close();
          },
        });
      expect(await readLabelFile({ size: bytes.length, stream })).toEqual(parseLabels(text));
    }
  });

  it('keep their good lines when others are no UTF-8 or too long', async () => {
    const good = JSON.stringify(label);
    const file = new Blob([good, '\n', Uint8Array.of(0x7b, 0xff, 0xfe), '\n', 'x'.repeat(900), '\n', good]);
    const limits = { maxLength: 10_000, maxLines: 9, maxLineLength: 600 };
    const { labels, rejected } = await readLabelFile(file, limits);
    expect(labels).toEqual([label, label]);
    expect(rejected).toMatchObject([
      { line: 2, expected: 'text in UTF-8', remedy: 'Save the file as UTF-8.' },
      { line: 3, value: '900 bytes', expected: 'at most 600 bytes' },
    ]);
  });

  it('that are too large are refused unread', async () => {
    const stream = () => {
      throw new Error('was read');
    };
    const { rejected } = await readLabelFile({ size: 2 ** 40, stream });
    expect(rejected).toMatchObject([{ line: 0, field: 'file', value: '1099511627776 bytes' }]);
  });

  it('that are too many or too large together are refused unread', async () => {
    const stream = () => {
      throw new Error('was read');
    };
    const file = { name: 'a.jsonl', file: { size: 1 << 20, stream } };
    await expect(readLabelFiles(Array(65).fill(file))).rejects.toThrow(ConfigError);
    const empty = { name: 'a.jsonl', file: { size: 0, stream } };
    await expect(readLabelFiles(Array(501).fill(empty))).rejects.toThrow(/got 501 with 0 bytes/);
  });

  it('never make the parser throw, whatever they hold', () => {
    const deepPrompt = `{"prompt":${'['.repeat(60_000)}${']'.repeat(60_000)}}`;
    const nested = fc.constantFrom('['.repeat(50_000), '{"a":'.repeat(20_000), '"'.repeat(999), '\\u0000', deepPrompt);
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), nested);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const text = lines.join('\n');
        const { labels, demonstrations, rejected } = parseLabels(text);
        const filled = text.split('\n').filter((part) => part.replace(/^\uFEFF/, '').trim() !== '');
        expect(labels.length + demonstrations.length + rejected.length).toBe(filled.length);
      }),
      { seed: 1 },
    );
  });

  it('never make the parser throw when one field holds anything', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(FIELD_RULES)), fc.jsonValue(), (field, value) => {
        const { labels, demonstrations, rejected } = parseLabels(JSON.stringify({ ...label, [field]: value }));
        expect(labels.length + demonstrations.length + rejected.length).toBe(1);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('carry every label there can be', () => {
    const name = fc.string({ minLength: 1, maxLength: 80 });
    const rankings = fc.integer({ min: 2, max: 9 }).chain((K): fc.Arbitrary<RankingLabel> => {
      const each = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: K, maxLength: K });
      return fc.record(
        {
          prompt: fc.string({ minLength: 1, unit: 'grapheme' }),
          answers: each(fc.string()),
          ended: each(fc.boolean()),
          ranks: each(fc.option(fc.integer({ min: 0, max: 8 }))),
          likert: each(fc.option(fc.constantFrom(1, 2, 3, 4, 5, 6, 7))),
          flags: each(fc.uniqueArray(fc.constantFrom(...FLAGS.map(({ id }) => id)))),
          labeler: name,
          group: name,
          note: fc.string(),
          skipped: fc.constantFrom(...SKIP_REASONS.map(({ id }) => id)),
          allBad: fc.boolean(),
          seconds: fc.double({ min: 0, max: 86_400, noNaN: true }),
          sources: each(name),
          tokens: each(fc.array(fc.integer({ min: 0, max: 1023 }))),
        },
        { requiredKeys: ['prompt', 'answers', 'ranks', 'labeler'] },
      );
    });
    fc.assert(
      fc.property(fc.array(rankings, { maxLength: 5 }), (labels) => {
        // A record without a prototype is as good a label, but compares as different.
        const plain = labels.map((one) => ({ ...one }));
        expect(parseLabels(serialiseLabels(plain))).toEqual({ labels: plain, demonstrations: [], rejected: [] });
      }),
      { seed: 1 },
    );
  });
});
