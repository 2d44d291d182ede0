/** Runs as files: out of the library and into it. */
import { readArchive } from '../pipeline/archiveReader';
import { archiveParts } from '../pipeline/archiveWriter';
import type { LoadedCheckpoint, RunStore } from '../storage/runStore';
import { archiveOf, eventsOf } from './archiveEvents';
import { freeName, placeOf, settingsNow } from './autosave';
import { lastMetrics } from './runJournal';
import { newId } from './runLease';
import { journalOf } from './runReplay';
import { snapshotOf } from './keptSnapshot';

/** @returns a zip file in pieces that the browser keeps wherever it likes */
export async function exportRun(store: RunStore, loaded: LoadedCheckpoint): Promise<{ name: string; file: Blob }> {
  const { run, checkpoint } = loaded;
  const events = await journalOf(store, run.id, checkpoint.number);
  const parts: BlobPart[] = [];
  for await (const part of archiveParts(archiveOf(snapshotOf(loaded), events))) parts.push(new Uint8Array(part));
  const name = run.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  return { name: `${name}.zip`, file: new Blob(parts, { type: 'application/zip' }) };
}

/** The longest name taken over from a file. */
const NAME_LENGTH = 40;

/**
 * Puts an archive on the shelf as a run of its own; nothing that is there is touched.
 * @throws StorageError naming what is wrong with the file
 */
export async function importRun(store: RunStore, file: File): Promise<{ id: string; name: string }> {
  const archive = await readArchive(file);
  const { snapshot } = archive;
  const { manifest } = snapshot;
  const taken = (await store.list()).map(({ name }) => name);
  const own = file.name.replace(/\.zip$/i, '').replaceAll(/[^\p{L}\p{N}]+/gu, ' ');
  const name = freeName(own.trim().slice(0, NAME_LENGTH) || 'archive', taken);
  const id = newId();
  const events = eventsOf(archive);
  const [place, takenAt] = [placeOf(manifest), Date.now()];
  const news = { settings: settingsNow(manifest), plan: manifest.plan, place, summaries: lastMetrics(events, {}) };
  const record = { id, name, madeAt: takenAt, savedAt: takenAt, ...news, origin: null, keepsAll: false, saves: 0 };
  const checkpoint = { state: snapshot, kind: 'auto', place, events, takenAt } as const;
  await store.save(id, id, news, checkpoint, { ...record, writer: id, isDeleted: false });
  return { id, name };
}
