import { ConfigError } from '../config/errors';
import { BYTE_CHARACTERS, byteCharactersOf, piecesOf } from './byteLevel';

/** The parts of a `tokenizer.json` file that we write and read. */
export interface TokenizerJson {
  readonly version: string;
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly {
    readonly id: number;
    readonly content: string;
    readonly single_word: boolean;
    readonly lstrip: boolean;
    readonly rstrip: boolean;
    readonly normalized: boolean;
    readonly special: boolean;
  }[];
  readonly normalizer: null;
  readonly pre_tokenizer: ByteLevelStep;
  readonly post_processor: null;
  readonly decoder: ByteLevelStep;
  readonly model: {
    readonly type: 'BPE';
    readonly dropout: null;
    readonly unk_token: null;
    readonly continuing_subword_prefix: null;
    readonly end_of_word_suffix: null;
    readonly fuse_unk: boolean;
    readonly byte_fallback: boolean;
    readonly vocab: Readonly<Record<string, number>>;
    /** "left right", in the order in which merges apply. */
    readonly merges: readonly string[];
  };
}

interface ByteLevelStep {
  readonly type: 'ByteLevel';
  readonly add_prefix_space: boolean;
  readonly trim_offsets: boolean;
  readonly use_regex: boolean;
}

/** Separates pages, starts a prompt and ends an answer. */
export const EOS_TOKEN = '<|endoftext|>';
/** Fills unused places of a batch. Masks decide what is real; this id only makes a mistake visible. */
export const PAD_TOKEN = '<|pad|>';
const CONTROL_TOKENS = [EOS_TOKEN, PAD_TOKEN];

/** A distinct piece as its current symbols, and how often it occurs. */
interface CountedPiece {
  symbols: string[];
  readonly count: number;
}

function countPieces(texts: Iterable<string>): CountedPiece[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const piece of piecesOf(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return [...counts].map(([piece, count]) => ({ symbols: byteCharactersOf(piece), count }));
}

/** The most frequent pair of neighbours as "left right"; the alphabet decides between equals. Null when none is left. */
function mostFrequentPair(pieces: readonly CountedPiece[]): string | null {
  const counts = new Map<string, number>();
  for (const { symbols, count } of pieces) {
    for (let i = 1; i < symbols.length; i++) {
      const pair = `${symbols[i - 1]} ${symbols[i]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let best: string | null = null;
  let bestCount = 0;
  for (const [pair, count] of counts) {
    if (count > bestCount || (count === bestCount && best !== null && pair < best)) [best, bestCount] = [pair, count];
  }
  return best;
}

function mergePair(symbols: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const isPair = symbols[i] === left && symbols[i + 1] === right;
    merged.push(isPair ? left + right : symbols[i]);
    if (isPair) i++;
  }
  return merged;
}

/** Merges until there are `vocabSize` tokens; two merges can spell the same token, which then counts once. */
function learnMerges(pieces: readonly CountedPiece[], tokens: Set<string>, vocabSize: number): string[] {
  const merges: string[] = [];
  while (tokens.size < vocabSize) {
    const pair = mostFrequentPair(pieces);
    if (pair === null) break;
    merges.push(pair);
    const [left, right] = pair.split(' ');
    tokens.add(left + right);
    for (const piece of pieces) {
      if (piece.symbols.includes(left)) piece.symbols = mergePair(piece.symbols, left, right);
    }
  }
  return merges;
}

function byteLevel(): ByteLevelStep {
  return { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
}

/**
 * Learns a byte-level BPE. Ids: 0 end of text, 1 padding, then the 256 bytes, then one id per merge.
 * Counting starts afresh for each merge: a few thousand distinct pieces make that a matter of seconds.
 * @param texts what the tokenizer is to be good at
 * @param vocabSize ids in all; fewer are made when the texts have no pair left to merge
 * @throws ConfigError when the size leaves no room for the bytes
 * @source Sennrich et al., arXiv:1508.07909, with the byte alphabet of GPT-2
 */
export function trainTokenizer(texts: Iterable<string>, vocabSize = 1024): TokenizerJson {
  const fixed = [...CONTROL_TOKENS, ...BYTE_CHARACTERS];
  if (!(vocabSize >= fixed.length)) {
    throw new ConfigError(`bpe.vocabSize: ${vocabSize}; expected at least ${fixed.length}; raise it.`);
  }
  const tokens = new Set(fixed);
  const merges = learnMerges(countPieces(texts), tokens, vocabSize);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: CONTROL_TOKENS.map((content, id) => {
      return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
    }),
    normalizer: null,
    pre_tokenizer: byteLevel(),
    post_processor: null,
    decoder: byteLevel(),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries([...tokens].map((token, id) => [token, id])),
      merges,
    },
  };
}
