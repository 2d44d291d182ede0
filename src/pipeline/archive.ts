/**
 * A whole run as one zip file that opens again to the identical state: manifest, models and optimisers as safetensors,
 * metrics, samples, labels, and the SHA-256 of every entry.
 */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { shownName } from '../config/hiddenText';
import { parseLabels, serialiseLabels } from '../data/labelFiles';
import { sha256 } from '../data/sha256';
import { decodeSafetensors, encodeSafetensors, type HostTensorFile } from '../nn/safetensors';
import {
  ANSWERS,
  ARCHIVE_LIMITS,
  ARCHIVE_VERSION,
  CHECKSUMS,
  kindOfEntry,
  LABELS,
  MANIFEST,
  METRICS,
  parseJson,
  readAnswers,
  readChecksums,
  readMetrics,
  readSamples,
  SAMPLES,
  writeAnswers,
  writeMetrics,
  writeSamples,
  type ArchivedMetrics,
  type ArchivedSample,
  type ArchiveLimits,
  type Checksums,
} from './archiveEntries';
import { openZip, refuseEntry, type ReadEntry } from './archiveZip';
import { checkManifest } from './manifest';
import type { RunManifest, RunSnapshot, SnapshotTensor } from './snapshot';

export { ARCHIVE_LIMITS, type ArchivedMetrics, type ArchivedSample, type ArchiveLimits } from './archiveEntries';

export interface RunArchive {
  snapshot: RunSnapshot;
  metrics: ArchivedMetrics[];
  samples: ArchivedSample[];
}

/** The same state always gives the same bytes: entries bear no date, and all names are in order. */
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

/**
 * Opens an archive that may come from anywhere. Names, sizes and checksums are checked before anything is believed; nothing
 * else is touched. Entries are read one after the other: in memory lie what has been read and one packed entry.
 * @throws StorageError naming the entry and what is wrong with it
 */
export async function readArchive(file: Blob, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<RunArchive> {
  const entries = await openZip(file, limits);
  const sums = await listOf(entries);
  const texts = new Map<string, string>();
  const tensors: SnapshotTensor[] = [];
  for (const [name, read] of entries) {
    if (name === CHECKSUMS) continue;
    const contents = await read();
    await checkSum(name, contents, sums[name]);
    if (kindOfEntry(name) === 'text') texts.set(name, decodeText(contents, name));
    else tensors.push(...tensorsOf(name, contents));
  }
  const text = (name: string) => texts.get(name) ?? null;
  const manifest = withLabels(checkManifest(parseJson(text(MANIFEST)!, MANIFEST), MANIFEST), text(LABELS));
  const answers = text(ANSWERS);
  if (answers !== null) tensors.push(...answerTensors(readAnswers(answers)));
  return {
    snapshot: { manifest, tensors },
    metrics: readMetrics(text(METRICS)!),
    samples: readSamples(text(SAMPLES)!),
  };
}

/** What the archive says that it holds, when that is what it has. */
async function listOf(entries: ReadonlyMap<string, ReadEntry>): Promise<Checksums['files']> {
  const missing = [CHECKSUMS, MANIFEST, METRICS, SAMPLES].find((name) => !entries.has(name));
  if (missing) throw refuseEntry(missing, 'is missing');
  const { files } = readChecksums(decodeText(await entries.get(CHECKSUMS)!(), CHECKSUMS));
  const listed = new Set(Object.keys(files));
  for (const name of entries.keys())
    if (name !== CHECKSUMS && !listed.delete(name)) throw refuseEntry(name, `is not listed in ${CHECKSUMS}`);
  const [gone] = listed;
  if (gone !== undefined) throw refuseEntry(gone, 'is missing');
  return files;
}

async function checkSum(name: string, contents: Uint8Array, expected: Checksums['files'][string]): Promise<void> {
  if (contents.length !== expected.bytes)
    throw refuseEntry(name, `has ${contents.length} bytes; expected ${expected.bytes}`);
  const found = await sha256(contents);
  if (found !== expected.sha256)
    throw refuseEntry(name, `has SHA-256 ${found}; expected ${expected.sha256}: it was changed or damaged`);
}

function decodeText(contents: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(contents);
  } catch {
    throw refuseEntry(name, 'is no UTF-8 text');
  }
}

function withLabels(manifest: RunManifest, contents: string | null): RunManifest {
  const { labels, demonstrations, rejected } = parseLabels(contents ?? '');
  if (rejected.length > 0) {
    const [{ line, field, value, expected }] = rejected;
    throw refuseEntry(LABELS, `has in line ${line} ${field} ${value}; expected ${expected}`);
  }
  if (manifest.contributions === null) {
    if (contents !== null) throw refuseEntry(LABELS, 'belongs to no contributions of the manifest');
    return manifest;
  }
  return { ...manifest, contributions: { ...manifest.contributions, rankings: labels, demonstrations } };
}

function tensorsOf(name: string, contents: Uint8Array): SnapshotTensor[] {
  const group = name.slice(0, -'.safetensors'.length);
  return Object.entries(decodeSafetensors(contents, name).tensors).map(
    ([parameter, { shape, values }]): SnapshotTensor => {
      if (parameter.includes('/')) throw refuseEntry(name, `has a tensor ${shownName(parameter)}; expected no slash`);
      return { name: `${group}/${parameter}`, dtype: 'float32', shape, data: values };
    },
  );
}

function answerTensors(answers: readonly (readonly number[])[]): SnapshotTensor[] {
  const tensor = (name: string, data: Int32Array): SnapshotTensor => ({
    name: `answers/rm/${name}`,
    dtype: 'int32',
    shape: [data.length],
    data,
  });
  const lengths = Int32Array.from(answers, (answer) => answer.length);
  return [tensor('lengths', lengths), tensor('tokens', Int32Array.from(answers.flat()))];
}
