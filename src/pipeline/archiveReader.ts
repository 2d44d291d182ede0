/** Opens a whole run that was written as one zip file, wherever the file may come from. */
import { shownName } from '../config/hiddenText';
import { parseLabels } from '../data/labelFiles';
import { sha256 } from '../data/sha256';
import { decodeSafetensors } from '../nn/safetensors';
import {
  ANSWERS,
  ARCHIVE_LIMITS,
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
  type ArchiveLimits,
  type Checksums,
  type RunArchive,
} from './archiveEntries';
import { openZip, refuseEntry, type ReadEntry } from './archiveZip';
import { checkManifest } from './manifest';
import type { RunManifest, SnapshotTensor } from './snapshot';
import { answerTensors } from './snapshotTensors';

/**
 * Names, sizes and checksums are checked before anything is believed. Entries are read one after the other: in memory
 * lie what has been read and one packed entry.
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
