import { EOS_ID, PAD_ID, type TextTokenizer } from './tokenizer';

/** Widths of batches are rounded up to this, so that few different shapes reach the device. */
const WIDTH_MULTIPLE = 8;

/** The smallest multiple of `multiple` that holds `n`. */
export function paddedLength(n: number, multiple = WIDTH_MULTIPLE): number {
  return Math.ceil(n / multiple) * multiple;
}

/**
 * A stream of page tokens, `EOS page EOS page ...`, cut at exactly `tokens`.
 * @param nextPage gives the text of a new page each time
 * @returns [tokens]
 */
export function packPages(tokenizer: TextTokenizer, nextPage: () => string, tokens: number): Int32Array {
  const packed = new Int32Array(tokens);
  let length = 0;
  const push = (id: number): void => {
    if (length < tokens) packed[length++] = id;
  };
  push(EOS_ID);
  while (length < tokens) {
    for (const id of tokenizer.encode(nextPage())) push(id);
    push(EOS_ID);
  }
  return packed;
}

/** Tokens of a prompt: start token, instruction, newline. The answer follows directly. */
export function encodePrompt(tokenizer: TextTokenizer, text: string): number[] {
  return [EOS_ID, ...tokenizer.encode(`${text}\n`)];
}

/** Tokens of an answer, with the end token when it ended by itself. */
export function encodeResponse(tokenizer: TextTokenizer, text: string, isEnded = true): number[] {
  const ids = tokenizer.encode(text);
  return isEnded ? [...ids, EOS_ID] : ids;
}

/** Splits sampled tokens into text and whether the end token came. */
export function decodeResponse(tokenizer: TextTokenizer, ids: readonly number[]): { text: string; isEnded: boolean } {
  const end = ids.indexOf(EOS_ID);
  return { text: tokenizer.decode(end < 0 ? [...ids] : ids.slice(0, end)), isEnded: end >= 0 };
}

/** Prompt and answer as tokens; the answer holds its end token when it has one. */
export interface QueryResponse {
  readonly prompt: readonly number[];
  readonly response: readonly number[];
}

/**
 * B prompts with their answers in the one layout used everywhere:
 * query left-padded to Q, response right-padded to R. Response token t is predicted at index Q - 1 + t.
 */
export interface QueryResponseBatch {
  readonly B: number;
  readonly Q: number;
  readonly R: number;
  /** [B, Q + R] token ids, row by row. */
  readonly ids: Int32Array;
  /** [B, Q + R] 1 for real tokens, 0 for padding. */
  readonly mask: Float32Array;
  /** [B] response tokens, end token included. */
  readonly lengths: Int32Array;
  /** [B] 1 when the response ends with the end token. */
  readonly hasEos: Int32Array;
}

export interface BatchSize {
  /** Q; prompts that are longer lose their beginning. Default: the longest prompt, rounded up. */
  readonly queryLength?: number;
  /** R; responses that are longer lose their end. Default: the longest response, rounded up. */
  readonly responseLength?: number;
}

const longest = (rows: readonly (readonly number[])[]): number =>
  rows.reduce((max, row) => Math.max(max, row.length), 1);

/**
 * Lays prompts and answers out as one batch.
 * @throws RangeError for an empty batch, an empty query side or a negative response length
 */
export function queryResponseBatch(items: readonly QueryResponse[], size: BatchSize = {}): QueryResponseBatch {
  const Q = size.queryLength ?? paddedLength(longest(items.map((item) => item.prompt)));
  const R = size.responseLength ?? paddedLength(longest(items.map((item) => item.response)));
  const B = items.length;
  if (B < 1 || !(Q >= 1) || !(R >= 0)) {
    throw new RangeError(
      `queryResponseBatch: B ${B}, Q ${Q}, R ${R}; expected B and Q of at least 1 and R of at least 0.`,
    );
  }
  const T = Q + R;
  const ids = new Int32Array(B * T).fill(PAD_ID);
  const mask = new Float32Array(B * T);
  const lengths = new Int32Array(B);
  const hasEos = new Int32Array(B);
  items.forEach(({ prompt, response }, b) => {
    const query = prompt.slice(-Q);
    const answer = response.slice(0, R);
    const start = b * T + Q - query.length;
    ids.set(query, start);
    ids.set(answer, b * T + Q);
    mask.fill(1, start, b * T + Q + answer.length);
    lengths[b] = answer.length;
    hasEos[b] = Number(answer.at(-1) === EOS_ID);
  });
  return { B, Q, R, ids, mask, lengths, hasEos };
}
