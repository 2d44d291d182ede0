/** The zip file around a run archive, read entry by entry: of a file on disk only what is asked for comes into memory. */
import { BlobReader, ZipReader, type Entry, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js';
import { StorageError } from '../config/errors';
import { shownName } from '../config/hiddenText';
import { ARCHIVE_REMEDY, kindOfEntry, type ArchiveLimits } from './archiveEntries';

/** Deflate cannot pack anything tighter. */
const MOST_PACKED = 1032;

export const refuseEntry = (entry: string, problem: string): StorageError =>
  new StorageError(`archive: ${shownName(entry)} ${problem}; ${ARCHIVE_REMEDY}.`);

/** Unpacks one entry. @throws StorageError when it is not of the size that the archive declares */
export type ReadEntry = () => Promise<Uint8Array>;

/**
 * Reads the list of entries. Names and declared sizes are held against what an archive may have before anything is
 * unpacked; a file that two programs could read in two ways is none.
 * @returns how to read each entry, by name
 * @throws StorageError naming the entry and what is wrong with it
 */
export async function openZip(file: Blob, limits: ArchiveLimits): Promise<Map<string, ReadEntry>> {
  if (file.size > limits.packed)
    throw refuseEntry('the file', `has ${file.size} bytes; expected at most ${limits.packed}`);
  const zip = new ZipReader(new BlobReader(file), {
    strictness: 'strict',
    // Names are ours alone to judge, and a worker of its own would need a script from text.
    filenameValidation: 'tolerant',
    checkOverlappingEntry: true,
    useWebWorkers: false,
  });
  const accept = gate(limits);
  const entries = new Map<string, ReadEntry>();
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      accept(entry);
      entries.set(entry.filename, () => contentsOf(entry as FileEntry));
    }
  } catch (error) {
    throw asRefusal('the file', 'is no whole zip file', error);
  }
  return entries;
}

function asRefusal(entry: string, problem: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return refuseEntry(entry, `${problem} (${shownName(error instanceof Error ? error.message : String(error))})`);
}

/** @returns a check of the next entry of the list; it knows those before it */
function gate(limits: ArchiveLimits): (entry: Entry) => void {
  const seen = new Set<string>();
  let total = 0;
  return ({ filename: name, compressedSize: packed, uncompressedSize: size, compressionMethod, encrypted }) => {
    const kind = kindOfEntry(name);
    if (kind === null) throw refuseEntry(name, 'is no part of a run archive');
    if (seen.has(name)) throw refuseEntry(name, 'is there twice');
    if (encrypted || (compressionMethod !== 0 && compressionMethod !== 8))
      throw refuseEntry(name, `is packed by method ${compressionMethod} or encrypted; expected 0 or 8, in the open`);
    seen.add(name);
    total += size;
    if (seen.size > limits.entries) throw refuseEntry(name, `is one of more than ${limits.entries} entries`);
    if (size > packed * MOST_PACKED)
      throw refuseEntry(name, `declares ${size} bytes in ${packed}; expected at most ${MOST_PACKED} times as many`);
    if (kind === 'text' && size > limits.text)
      throw refuseEntry(name, `declares ${size} bytes; expected at most ${limits.text}`);
    if (!(total <= limits.unpacked))
      throw refuseEntry(name, `brings the whole to ${total} bytes; expected at most ${limits.unpacked}`);
  };
}

async function contentsOf(entry: FileEntry): Promise<Uint8Array> {
  const { filename: name, uncompressedSize: size } = entry;
  const contents = new Uint8Array(size);
  let at = 0;
  const writable = new WritableStream<Uint8Array>({
    write: (piece) => {
      if (at + piece.length > size) throw refuseEntry(name, `holds more than the ${size} bytes it declares`);
      contents.set(piece, at);
      at += piece.length;
    },
  });
  try {
    await entry.getData(writable);
  } catch (error) {
    throw asRefusal(name, 'cannot be unpacked', error);
  }
  if (at !== size) throw refuseEntry(name, `has ${at} bytes; expected the ${size} it declares`);
  return contents;
}
