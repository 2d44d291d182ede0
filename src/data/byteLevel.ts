/**
 * Splits text into the pieces within which byte pairs are merged: contractions, words with their leading space,
 * numbers, punctuation, white space.
 * @source GPT-2, `encoder.py`
 */
const PIECE = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The pieces of a text, in order; joined they are the text again. */
export function piecesOf(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/**
 * A visible character for each byte value: printable Latin-1 stands for itself, the rest is moved above U+0100.
 * @source GPT-2, `bytes_to_unicode`
 */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : 256 + moved++));
})();

const ENCODER = new TextEncoder();

/** A text's UTF-8 bytes, each as its visible character. */
export function byteCharactersOf(text: string): string[] {
  return Array.from(ENCODER.encode(text), (byte) => BYTE_CHARACTERS[byte]);
}
