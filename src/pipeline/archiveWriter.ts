/** Writes a whole run as one zip file that opens again to the identical state. The same state always gives the same bytes. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { serialiseLabels } from '../data/labelFiles';
import { sha256 } from '../data/sha256';
import { encodeSafetensors, type HostTensorFile } from '../nn/safetensors';
import {
  ANSWERS,
  ARCHIVE_VERSION,
  CHECKSUMS,
  kindOfEntry,
  LABELS,
  MANIFEST,
  METRICS,
  SAMPLES,
  writeAnswers,
  writeMetrics,
  writeSamples,
  type ArchivedMetrics,
  type ArchivedSample,
  type Checksums,
  type RunArchive,
} from './archiveEntries';
import type { RunManifest, RunSnapshot, SnapshotTensor } from './snapshot';

/** Entries bear no date, and all names are in order. */
const NO_DATE = new Date(1980, 0, 1);

/**
 * Writes an archive piece by piece: what lies in memory besides the run is one entry.
 * @returns the pieces of the file in order
 */
export async function* archiveParts({ snapshot, metrics, samples }: RunArchive): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    ready.push(part);
  });
  const files: Checksums['files'] = {};
  const add = (name: string, contents: Uint8Array) => {
    // Weights hardly shrink.
    const entry = kindOfEntry(name) === 'text' ? new ZipDeflate(name, { level: 6 }) : new ZipPassThrough(name);
    entry.mtime = NO_DATE;
    zip.add(entry);
    entry.push(contents, true);
    return ready.splice(0);
  };
  for (const [name, make] of entriesOf(snapshot, metrics, samples)) {
    const contents = make();
    files[name] = { bytes: contents.length, sha256: await sha256(contents) };
    yield* add(name, contents);
  }
  yield* add(CHECKSUMS, utf8(canonicalJson({ version: ARCHIVE_VERSION, files } satisfies Checksums)));
  zip.end();
  yield* ready;
}

/** {@link archiveParts} as one array. */
export async function writeArchive(archive: RunArchive): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of archiveParts(archive)) parts.push(part);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

function sortedBy<T>(values: readonly T[], nameOf: (value: T) => string): T[] {
  return [...values].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** JSON with the keys of every object in order. */
function canonicalJson(value: unknown): string {
  const inOrder = (_: string, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(sortedBy(Object.entries(part), ([key]) => key))
      : part;
  return JSON.stringify(value, inOrder, 1);
}

type Entry = [name: string, make: () => Uint8Array];

function entriesOf(
  { manifest, tensors }: RunSnapshot,
  metrics: readonly ArchivedMetrics[],
  samples: readonly ArchivedSample[],
): Entry[] {
  const { contributions } = manifest;
  const labels = contributions ? [...contributions.rankings, ...contributions.demonstrations] : [];
  const written = {
    ...manifest,
    contributions: contributions && { ...contributions, rankings: [], demonstrations: [] },
  };
  const answers = answersOf(tensors);
  return [
    [MANIFEST, () => utf8(`${canonicalJson(written)}\n`)],
    ...tensorEntries(tensors, manifest),
    ...(answers ? [[ANSWERS, () => utf8(writeAnswers(answers))] as Entry] : []),
    ...(labels.length > 0 ? [[LABELS, () => utf8(serialiseLabels(labels))] as Entry] : []),
    [METRICS, () => utf8(writeMetrics(metrics))],
    [SAMPLES, () => utf8(writeSamples(samples))],
  ];
}

/** A safetensors file for every model and every kind of moment. */
function tensorEntries(tensors: readonly SnapshotTensor[], { world, runId }: RunManifest): Entry[] {
  const files = new Map<string, HostTensorFile>();
  for (const { name, shape, data } of sortedBy(tensors, (tensor) => tensor.name)) {
    if (!(data instanceof Float32Array)) continue;
    const slash = name.lastIndexOf('/');
    const file = name.slice(0, slash);
    if (!files.has(file)) files.set(file, { tensors: {}, metadata: { world, run: runId } });
    files.get(file)!.tensors[name.slice(slash + 1)] = { shape, values: data };
  }
  return [...files].map(([name, file]): Entry => [`${name}.safetensors`, () => encodeSafetensors(file, 'F32')]);
}

function answersOf(tensors: readonly SnapshotTensor[]): number[][] | null {
  const find = (name: string) => tensors.find((tensor) => tensor.name === `answers/rm/${name}`)?.data;
  const [lengths, tokens] = [find('lengths'), find('tokens')];
  if (!lengths || !tokens) return null;
  let at = 0;
  return Array.from(lengths, (length) => Array.from(tokens.subarray(at, (at += length))));
}
