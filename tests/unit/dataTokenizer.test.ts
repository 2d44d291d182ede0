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
import { parseTokenizer } from '../../src/data/tokenizerFile';
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

describe('a tokenizer file', () => {
  const text = JSON.stringify(json);
  const vocab = (change: Record<string, number>) =>
    JSON.stringify({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, ...change } } });
  const merges = (...more: string[]) =>
    JSON.stringify({ ...json, model: { ...json.model, merges: [...json.model.merges, ...more] } });

  it('comes back as it was written', () => {
    expect(parseTokenizer(text, 'x')).toEqual(json);
    const small = trainTokenizer(pages(50), 400);
    expect(parseTokenizer(JSON.stringify(small), 'x')).toEqual(small);
  });

  it.each<[string, string, RegExp]>([
    ['that ends early', text.slice(0, -9), /x: line 1, character \d+: not JSON/],
    ['of nothing', 'null', /the whole is null/],
    [
      'with a normalizer',
      text.replace('"normalizer":null', '"normalizer":{"type":"NFC"}'),
      /normalizer is an object; exp/,
    ],
    ['with a post processor', text.replace('"post_processor":null', '"post_processor":[]'), /post_processor is a list/],
    ['with a key of its own', text.replace('{', '{"extra":1,'), /extra/],
    ['with a token twice', text.replace('"vocab":{', '"vocab":{"a":1,'), /the key "a" twice/],
    ['without control tokens', JSON.stringify({ ...json, added_tokens: [] }), /added_tokens is a list of 0/],
    ['with an id twice', vocab({ a: 9 }), /each id from 0 to 1023 once/],
    ['with a gap', vocab({ a: 5000 }), /"a" has id 5000/],
    ['with half an id', vocab({ a: 0.5 }), /"a" has id 0.5/],
    ['with a token of no bytes', vocab({ 日: 1024 }), /token "日"; expected characters that stand for bytes/],
    ['with control tokens elsewhere', vocab({ '<|pad|>': 0, '<|endoftext|>': 1 }), /id 0 is not <\|endoftext\|>/],
    ['with an unknown merge', merges('q zz'), /merge "q zz"; expected two tokens that make a third/],
    ['with a merge of one', merges('the'), /merge "the"/],
    ['with a merge twice', merges(json.model.merges[0]), /twice; expected each once/],
    ['with a prototype', text.replace('{', '{"__proto__":{},'), /a key named "__proto__"/],
    ['of any size', ' '.repeat(9 << 20), /characters; expected at most/],
  ])('%s is refused and says why', (_, broken, message) => {
    expect(() => parseTokenizer(broken, 'x')).toThrow(StorageError);
    expect(() => parseTokenizer(broken, 'x')).toThrow(message);
  });

  it('is also checked when it was not read from a text', () => {
    expect(() => loadTokenizer({ ...json, added_tokens: [] })).toThrow(StorageError);
  });
});
