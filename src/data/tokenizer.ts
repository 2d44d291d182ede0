import { Tokenizer } from '@huggingface/tokenizers';
import type { TokenizerJson } from './bpeTrainer';
import { BYTE_CHARACTERS, piecesOf } from './byteLevel';
import { fingerprint } from './random';
import { checkVocabulary } from './tokenizerFile';

/** Separates pages, starts a prompt and ends an answer. */
export const EOS_ID = 0;
/** Fills unused places; masks alone decide what is real. */
export const PAD_ID = 1;

/** What the rest of the code needs of a tokenizer. */
export interface TextTokenizer {
  readonly vocabSize: number;
  /** Names vocabulary and merges; stored with every checkpoint. */
  readonly hash: string;
  /** Ids of a text; never a control id, whatever the text says. */
  encode(text: string): number[];
  /** Text of ids; control ids are left out, incomplete UTF-8 becomes U+FFFD. */
  decode(ids: readonly number[]): string;
  /** How to show one id: its text, with `↵` for a line end and `<E2>` for a lone byte. */
  tokenText(id: number): string;
}

/** Distinct pieces remembered; the mini-world has a few thousand, free text of a visitor may have any number. */
const CACHED_PIECES = 20_000;

const BYTE_OF = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });

function visibleText(token: string): string {
  const bytes = Uint8Array.from(token, (character) => BYTE_OF.get(character) ?? 0);
  try {
    return STRICT_UTF8.decode(bytes).replaceAll('\n', '↵');
  } catch {
    return Array.from(bytes, (byte) => `<${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
  }
}

/**
 * The tokenizer of a `tokenizer.json` that {@link parseTokenizer} has read.
 * Pieces are encoded one at a time and remembered: within our pre-tokenizer no merge crosses a piece, so this gives
 * the same ids as encoding whole texts, some ten times as fast.
 * @throws StorageError when vocabulary and merges do not make a byte-level tokenizer of ours
 */
export function loadTokenizer(json: TokenizerJson): TextTokenizer {
  checkVocabulary(json);
  const library = new Tokenizer(json, { clean_up_tokenization_spaces: false });
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(json.model.vocab)) tokens[id] = token;
  const cache = new Map<string, readonly number[]>();
  const encodePiece = (piece: string): readonly number[] => {
    const known = cache.get(piece);
    if (known) return known;
    const ids = library.encode(piece, { add_special_tokens: false }).ids;
    if (cache.size >= CACHED_PIECES) cache.clear();
    cache.set(piece, ids);
    return ids;
  };
  return {
    vocabSize: tokens.length,
    hash: fingerprint(JSON.stringify([tokens, json.model.merges])),
    encode: (text) => piecesOf(text).flatMap(encodePiece),
    // The library refuses an empty list, which an answer that ends at once is.
    decode: (ids) => (ids.length === 0 ? '' : library.decode([...ids], { skip_special_tokens: true })),
    tokenText: (id) => (id <= PAD_ID ? tokens[id] : visibleText(tokens[id])),
  };
}
