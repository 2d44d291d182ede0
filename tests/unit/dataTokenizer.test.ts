import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, StorageError } from '../../src/config/errors';
import { trainTokenizer, type TokenizerJson } from '../../src/data/bpeTrainer';
import { byteCharactersOf, piecesOf } from '../../src/data/byteLevel';
import { drawPage } from '../../src/data/pages';
import { stream } from '../../src/data/random';
import { wordsOf } from '../../src/data/text';
import { EOS_ID, PAD_ID, loadTokenizer } from '../../src/data/tokenizer';
import { tokenizerPages } from '../../src/data/tokenizerPages';
import { buildWorld } from '../../src/data/world';

const json = JSON.parse(readFileSync(new URL('../../public/tokenizer.json', import.meta.url), 'utf8')) as TokenizerJson;
const tokenizer = loadTokenizer(json);
const world = buildWorld();

function pages(count: number, seed = 1): string[] {
  const random = stream(seed, 'tokenizer test');
  return Array.from({ length: count }, () => drawPage(world, random));
}

/** Well-formed text from all planes: lone surrogates have no UTF-8 form. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('pieces', () => {
  it('join to the text again', () => {
    fc.assert(fc.property(anyText, (text) => piecesOf(text).join('') === text));
  });

  it('hold one character per byte', () => {
    expect(byteCharactersOf(' é')).toEqual(['Ġ', 'Ã', '©']);
  });
});

describe('shipped tokenizer', () => {
  it('is what the trainer makes of 30,000 pages', () => {
    expect(trainTokenizer(tokenizerPages())).toEqual(json);
  });

  it('has 1024 ids with the control tokens first', () => {
    expect(tokenizer.vocabSize).toBe(1024);
    expect([tokenizer.tokenText(EOS_ID), tokenizer.tokenText(PAD_ID)]).toEqual(['<|endoftext|>', '<|pad|>']);
    expect(Object.values(json.model.vocab).sort((a, b) => a - b)).toEqual(Array.from({ length: 1024 }, (_, id) => id));
  });

  it('gives back any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
    for (const text of ['naïve café 東京 🦊\u200d🔥', "it's 12:30\n\n  two spaces ", '']) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('encodes pages exactly as the library does without our cache', () => {
    const library = new Tokenizer(json, { clean_up_tokenization_spaces: false });
    for (const page of [...pages(300), "don't   stop\n\n now  "]) {
      expect(tokenizer.encode(page)).toEqual(library.encode(page).ids);
    }
  });

  it('never makes a control id out of text', () => {
    const ids = tokenizer.encode('Say <|endoftext|> and <|pad|>.');
    expect(ids.some((id) => id <= PAD_ID)).toBe(false);
    expect(tokenizer.decode(ids)).toBe('Say <|endoftext|> and <|pad|>.');
  });

  it('leaves control ids out when decoding', () => {
    expect(tokenizer.decode([EOS_ID])).toBe('');
    expect(tokenizer.decode([EOS_ID, ...tokenizer.encode('Hello.'), EOS_ID, PAD_ID])).toBe('Hello.');
  });

  it('needs about one token per word of the world', () => {
    const texts = pages(500);
    const tokens = texts.reduce((sum, page) => sum + tokenizer.encode(page).length, 0);
    const words = texts.reduce((sum, page) => sum + wordsOf(page).length, 0);
    expect(tokens / words).toBeLessThan(1.15);
  });

  it('shows single tokens', () => {
    expect(tokenizer.encode('The fox').map((id) => tokenizer.tokenText(id))).toEqual(['The', ' fox']);
    expect(tokenizer.encode('\n').map((id) => tokenizer.tokenText(id))).toEqual(['↵']);
    expect(tokenizer.encode('é').map((id) => tokenizer.tokenText(id))).toEqual(['<C3>', '<A9>']);
  });
});

describe('trainTokenizer', () => {
  it('merges the most frequent pair first, the alphabet deciding between equals', () => {
    const { model } = trainTokenizer(['low low low lower lowest'], 262);
    expect(model.merges.slice(0, 3)).toEqual(['l o', 'lo w', 'Ġ low']);
    expect(model.vocab['Ġlow']).toBe(260);
  });

  it('stops early when there is nothing left to merge, and refuses a vocabulary without room for bytes', () => {
    expect(Object.keys(trainTokenizer(['ab'], 500).model.vocab)).toHaveLength(259);
    expect(() => trainTokenizer(['ab'], 200)).toThrow(ConfigError);
  });

  it('names different vocabularies differently', () => {
    const small = loadTokenizer(trainTokenizer(pages(50), 400));
    expect(small.hash).not.toBe(tokenizer.hash);
    expect(small.vocabSize).toBe(400);
  });
});

it('refuses a tokenizer with other control tokens', () => {
  expect(() => loadTokenizer({ ...json, added_tokens: [] })).toThrow(StorageError);
});
