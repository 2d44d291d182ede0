import { gunzipSync, gzipSync, strFromU8, strToU8 } from 'fflate';

/** A damaged or hostile link may not unfold into more than this. */
const LARGEST = 20_000;

/** Text as compressed bytes in the letters an address may hold. */
export function pack(text: string): string {
  const bytes = gzipSync(strToU8(text), { level: 9, mtime: 0 });
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** What `pack` was given, or null when the letters are damaged. */
export function unpack(packed: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    // The last four bytes of gzip say how long the text is, before any of it is unfolded.
    const length = new DataView(bytes.buffer).getUint32(bytes.length - 4, true);
    return length > LARGEST ? null : strFromU8(gunzipSync(bytes, { out: new Uint8Array(length) }));
  } catch {
    return null;
  }
}
