import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeResponse,
  encodePrompt,
  encodeResponse,
  packPages,
  paddedLength,
  queryResponseBatch,
} from '../../src/data/batches';
import type { TokenizerJson } from '../../src/data/bpeTrainer';
import { EOS_ID, PAD_ID, loadTokenizer } from '../../src/data/tokenizer';

const file = new URL('../../public/tokenizer.json', import.meta.url);
const tokenizer = loadTokenizer(JSON.parse(readFileSync(file, 'utf8')) as TokenizerJson);

describe('queryResponseBatch', () => {
  it('pads queries left and responses right', () => {
    const batch = queryResponseBatch(
      [
        { prompt: [0, 5], response: [7, 8, 0] },
        { prompt: [0, 5, 6], response: [9] },
      ],
      { queryLength: 3, responseLength: 4 },
    );
    expect([batch.B, batch.Q, batch.R]).toEqual([2, 3, 4]);
    expect([...batch.ids]).toEqual([1, 0, 5, 7, 8, 0, 1, 0, 5, 6, 9, 1, 1, 1]);
    expect([...batch.mask]).toEqual([0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0]);
    expect([...batch.lengths]).toEqual([3, 1]);
    expect([...batch.hasEos]).toEqual([1, 0]);
  });

  it('cuts long prompts from the left and long responses from the right', () => {
    const batch = queryResponseBatch([{ prompt: [0, 2, 3, 4], response: [5, 6, 0] }], {
      queryLength: 2,
      responseLength: 2,
    });
    expect([...batch.ids]).toEqual([3, 4, 5, 6]);
    expect([batch.lengths[0], batch.hasEos[0]]).toEqual([2, 0]);
  });

  it('keeps every token in its place, for any lengths', () => {
    const ids = fc.array(fc.integer({ min: 2, max: 1023 }), { minLength: 1, maxLength: 20 });
    const item = fc.record({ prompt: ids, response: ids });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (items) => {
        const { Q, R, ids: all, mask, lengths } = queryResponseBatch(items);
        expect(Q % 8).toBe(0);
        expect(R % 8).toBe(0);
        items.forEach(({ prompt, response }, b) => {
          const row = [...all.slice(b * (Q + R), (b + 1) * (Q + R))];
          const real = [...mask.slice(b * (Q + R), (b + 1) * (Q + R))];
          expect(row.filter((_, i) => real[i] === 1)).toEqual([...prompt, ...response]);
          expect(row.filter((_, i) => real[i] === 0).every((id) => id === PAD_ID)).toBe(true);
          expect(row[Q]).toBe(response[0]);
          expect(row[Q - 1]).toBe(prompt.at(-1));
          expect(lengths[b]).toBe(response.length);
        });
      }),
    );
  });

  it('refuses an empty batch', () => {
    expect(() => queryResponseBatch([])).toThrow(RangeError);
  });
});

it('rounds widths up', () => {
  expect([1, 8, 9].map((n) => paddedLength(n))).toEqual([8, 8, 16]);
  expect(paddedLength(5, 4)).toBe(8);
});

describe('packPages', () => {
  it('separates pages by the end token and cuts at the length asked for', () => {
    const texts = ['The fox eats bread.', 'Mia is a baker.'];
    let page = 0;
    const packed = packPages(tokenizer, () => texts[page++ % 2], 100);
    const first = tokenizer.encode(texts[0]);
    const second = tokenizer.encode(texts[1]);
    expect(packed).toHaveLength(100);
    const expected = [EOS_ID, ...first, EOS_ID, ...second, EOS_ID, ...first];
    expect([...packed.slice(0, expected.length)]).toEqual(expected);
  });
});

describe('prompt and answer tokens', () => {
  it('start with the start token, end the instruction with a newline, and come back', () => {
    const prompt = encodePrompt(tokenizer, 'Name two foods.');
    expect(prompt[0]).toBe(EOS_ID);
    expect(tokenizer.decode(prompt)).toBe('Name two foods.\n');
    const ended = encodeResponse(tokenizer, '1. soup 2. tea');
    expect(ended.at(-1)).toBe(EOS_ID);
    expect(decodeResponse(tokenizer, [...ended, 99])).toEqual({ text: '1. soup 2. tea', isEnded: true });
    const cut = encodeResponse(tokenizer, '1. soup', false);
    expect(decodeResponse(tokenizer, cut)).toEqual({ text: '1. soup', isEnded: false });
  });
});
