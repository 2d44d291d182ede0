/** The file `tokenizer.json`: exactly the form that our trainer writes, checked to the last token. */
import * as v from 'valibot';
import { shownValue } from '../config/hiddenText';
import { readOutside, refusal } from '../config/outside';
import { EOS_TOKEN, PAD_TOKEN, type TokenizerJson } from './bpeTrainer';
import { BYTE_CHARACTERS } from './byteLevel';

/** Sizes above which a file is not believed; ids must fit 16 bits, tokens a line. */
export const TOKENIZER_LIMITS = { bytes: 8 << 20, tokens: 65_536, tokenLength: 128 } as const;

const CONTROL_TOKENS = [EOS_TOKEN, PAD_TOKEN];
const BYTES: ReadonlySet<string> = new Set(BYTE_CHARACTERS);
/** File, model, vocabulary. */
const MAX_DEPTH = 3;

const byteLevelSchema = v.strictObject({
  type: v.literal('ByteLevel'),
  add_prefix_space: v.literal(false),
  trim_offsets: v.boolean(),
  use_regex: v.literal(true),
});
const fileSchema = v.strictObject({
  version: v.pipe(v.string(), v.maxLength(20)),
  truncation: v.null(),
  padding: v.null(),
  added_tokens: v.pipe(
    v.array(
      v.strictObject({
        id: v.number(),
        content: v.string(),
        single_word: v.literal(false),
        lstrip: v.literal(false),
        rstrip: v.literal(false),
        normalized: v.literal(false),
        special: v.literal(true),
      }),
    ),
    v.length(CONTROL_TOKENS.length),
  ),
  normalizer: v.null(),
  pre_tokenizer: byteLevelSchema,
  post_processor: v.null(),
  decoder: byteLevelSchema,
  model: v.strictObject({
    type: v.literal('BPE'),
    dropout: v.null(),
    unk_token: v.null(),
    continuing_subword_prefix: v.null(),
    end_of_word_suffix: v.null(),
    fuse_unk: v.literal(false),
    byte_fallback: v.literal(false),
    vocab: v.record(v.string(), v.number()),
    merges: v.array(v.string()),
  }),
});

const REMEDY = 'take the file that ships with the page, or rebuild it';
const wrong = (where: string, what: string, expected: string) => refusal({ where, remedy: REMEDY }, what, expected);

/**
 * Reads a `tokenizer.json`.
 * @throws StorageError naming the field or the token that is wrong
 */
export function parseTokenizer(text: string, where: string): TokenizerJson {
  const form = { where, length: TOKENIZER_LIMITS.bytes, depth: MAX_DEPTH, remedy: REMEDY };
  const file = readOutside(text, fileSchema, form);
  checkVocabulary(file, where);
  return file;
}

/** @throws StorageError when ids have gaps, a byte has no token, or a merge is of tokens that do not exist */
export function checkVocabulary({ model, added_tokens: added }: TokenizerJson, where = 'tokenizer'): void {
  const known = new Map(Object.entries(model.vocab));
  const taken = new Set<number>();
  if (known.size > TOKENIZER_LIMITS.tokens)
    throw wrong(where, `${known.size} tokens`, `at most ${TOKENIZER_LIMITS.tokens}`);
  for (const [token, id] of known) {
    if (token === '' || token.length > TOKENIZER_LIMITS.tokenLength)
      throw wrong(where, `a token of ${token.length} characters`, `1 to ${TOKENIZER_LIMITS.tokenLength}`);
    const isBytes = [...token].every((character) => BYTES.has(character));
    if (!isBytes && !CONTROL_TOKENS.includes(token))
      throw wrong(where, `token ${shownValue(token)}`, 'characters that stand for bytes');
    if (!Number.isInteger(id) || id < 0 || id >= known.size || taken.has(id))
      throw wrong(where, `token ${shownValue(token)} has id ${id}`, `each id from 0 to ${known.size - 1} once`);
    taken.add(id);
  }
  CONTROL_TOKENS.forEach((token, id) => {
    if (known.get(token) !== id || !added.some((row) => row.id === id && row.content === token))
      throw wrong(where, `id ${id} is not ${token}`, 'our control tokens first');
  });
  for (const character of BYTE_CHARACTERS)
    if (!known.has(character)) throw wrong(where, `no token for the byte ${character}`, 'all 256');
  checkMerges(model.merges, known, where);
}

function checkMerges(merges: readonly string[], known: ReadonlyMap<string, number>, where: string): void {
  const seen = new Set<string>();
  for (const merge of merges) {
    const parts = merge.split(' ');
    const isKnown = parts.length === 2 && [...parts, parts.join('')].every((token) => known.has(token));
    if (!isKnown || parts.some((token) => CONTROL_TOKENS.includes(token)))
      throw wrong(where, `merge ${shownValue(merge)}`, 'two tokens that make a third');
    if (seen.has(merge)) throw wrong(where, `merge ${shownValue(merge)} twice`, 'each once');
    seen.add(merge);
  }
}
