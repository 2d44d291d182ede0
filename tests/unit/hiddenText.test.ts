import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeHidden, dropHidden, findHidden, showHidden, shownValue } from '../../src/config/hiddenText';

describe('hidden characters', () => {
  it.each([
    ['a\u202Eb', 'U+202E, a mark that changes the direction of writing, at character 2'],
    ['\u2067', 'U+2067, a mark that changes the direction of writing, at character 1'],
    ['ab\u200B', 'U+200B, an invisible character, at character 3'],
    ['so\u00ADft', 'U+00AD, an invisible character, at character 3'],
    ['\uFEFFstart', 'U+FEFF, an invisible character, at character 1'],
    ['a\u0000', 'U+0000, a control character, at character 2'],
    ['a\r\n', 'U+000D, a control character, at character 2'],
    ['\x9b31m', 'U+009B, a control character, at character 1'],
    ['a\u2028b', 'U+2028, a line separator, at character 2'],
    ['\ud83d', 'U+D83D, half a character, at character 1'],
    ['x\u{E0041}', 'U+E0041, an invisible character, at character 2'],
    ['\u3164', 'U+3164, an invisible character, at character 1'],
    ['\uFFFF', 'U+FFFF, an invisible character, at character 1'],
    ['in\u200Dvisible', 'U+200D, an invisible character, at character 3'],
    ['in\u200Cvisible', 'U+200C, an invisible character, at character 3'],
    ['a\uFE0F', 'U+FE0F, an invisible character, at character 2'],
  ])('are found in %j', (text, words) => {
    const found = findHidden(text);
    expect(found && describeHidden(found)).toBe(words);
  });

  it.each(['Zoë\n\tÄÖÜ ß', '👩‍👩‍👧', '🏳️‍🌈', '❤️', '1️⃣', 'می‌خواهم', 'क्‍ष', 'שלום עולם', 'مرحبا', '日本語', '👍🏽'])(
    'are not what makes up %s',
    (text) => {
      expect(findHidden(text)).toBeNull();
      expect([showHidden(text), dropHidden(text)]).toEqual([text, text]);
    },
  );

  it('can be shown as their number or dropped', () => {
    expect(showHidden('gnp\u202Efdp.exe\u0007')).toBe('gnp⟨U+202E⟩fdp.exe⟨U+0007⟩');
    expect(dropHidden('gnp\u202Efdp.exe\u0007')).toBe('gnpfdp.exe');
  });

  it('are gone once they are shown, whatever the text', () => {
    const odd = fc.constantFrom(
      '\u200D',
      '\u200C',
      '\uFE0F',
      '\u202E',
      '\ud83d',
      '\udc69',
      '👩',
      'a',
      'क',
      '1',
      '\u0300',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(odd).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        expect(findHidden(showHidden(value))).toBeNull();
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('a shown value', () => {
  it.each<[unknown, string]>([
    ['oops', '"oops"'],
    ['a\u202Eb', '"a⟨U+202E⟩b"'],
    [8, '8'],
    [null, 'null'],
    [undefined, 'nothing'],
    [[1, 2], 'a list of 2'],
    [{ a: 1 }, 'an object'],
  ])('%j is %s', (value, words) => expect(shownValue(value)).toBe(words));

  it('is short', () => expect(shownValue('x'.repeat(1e6))).toHaveLength(61));
});
