import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literal, richParts } from '../../src/ui/messages/richText';

const words = (text: string) =>
  richParts(text)
    .map((part) => part.words)
    .join('');

describe('the markup of messages', () => {
  it('is strong words, code and links to screens and papers', () => {
    expect(richParts('See *this*, `that` and [the page](#/about) of [them](https://arxiv.org/abs/1).')).toEqual([
      { kind: 'plain', words: 'See ' },
      { kind: 'strong', words: 'this' },
      { kind: 'plain', words: ', ' },
      { kind: 'code', words: 'that' },
      { kind: 'plain', words: ' and ' },
      { kind: 'link', words: 'the page', address: '#/about' },
      { kind: 'plain', words: ' of ' },
      { kind: 'link', words: 'them', address: 'https://arxiv.org/abs/1' },
      { kind: 'plain', words: '.' },
    ]);
  });

  it.each(['javascript:alert(1', 'data:text/html,x', '//elsewhere.example', 'https://elsewhere.example/', ' #/x'])(
    'makes no link to %s',
    (address) => {
      const text = `[Free](${address})`;
      expect(richParts(text)).toEqual([{ kind: 'plain', words: text }]);
    },
  );

  it('leaves what comes from outside letter by letter, also inside strong words', () => {
    const name = '*[Click](#/label)* `x` \\ [';
    expect(richParts(`*${literal(name)}*: 3 lines`)).toEqual([
      { kind: 'strong', words: name },
      { kind: 'plain', words: ': 3 lines' },
    ]);
    const part = fc.constantFrom('*', '`', '[', ']', '(', ')', '\\', '#/a', 'x', '\n');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        const text = parts.join('');
        expect(richParts(`${literal(text)} end`).every(({ kind }) => kind === 'plain')).toBe(true);
        expect(words(`*${literal(text)}*: \`${literal(text)}\``)).toBe(`${text}: ${text}`);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});
