import type { AssetReader } from '../pipeline/assets';

/**
 * Keeps the files that ship with the page once they have been read: few and small, and a second run wants them again.
 * A file that could not be had is asked for anew.
 */
export function assetShelf(read: AssetReader): AssetReader {
  const files = new Map<string, Promise<Uint8Array>>();
  return (path) => {
    let file = files.get(path);
    if (!file) {
      file = read(path);
      files.set(path, file);
      file.catch(() => files.delete(path));
    }
    return file;
  };
}
