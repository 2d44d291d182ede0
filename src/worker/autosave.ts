/**
 * Keeps the present run. The session says when; here the state goes into the database, with everything the page was told
 * since the save before. Training never waits for any of it.
 */
import type { Config, RunSettings } from '../config/config';
import type { RunManifest, RunSnapshot } from '../pipeline/snapshot';
import { NewerError, NoDatabaseError, QuotaError, ReplacedError } from '../storage/failures';
import type { SavedPlace } from '../storage/records';
import type { RunStore } from '../storage/runStore';
import type { SavingProblem, SavingReport } from './libraryProtocol';
import type { WorkerEvent } from './protocol';
import { lastMetrics, RunJournal } from './runJournal';
import { leaseRun, type Lease } from './runLease';

/** The run on screen, as far as saving goes. */
interface Present {
  id: string;
  name: string;
  origin: { name: string; place: SavedPlace } | null;
  /** Null before the first save. */
  lease: Lease | null;
  summaries: ReturnType<typeof lastMetrics>;
  isStored: boolean;
  isReplaced: boolean;
}

export interface AutosaveOptions {
  /** @throws StorageError where the browser keeps no database */
  store: () => Promise<RunStore>;
  post: (event: WorkerEvent) => void;
  /** Another tab trains the run now: it should stand still here. */
  onReplaced: () => void;
}

/** Where a run stands and how it is set now, as its manifest says. */
export function placeOf({ at, stages }: RunManifest): SavedPlace {
  return { stage: at.stage, step: at.step, totalSteps: at.totalSteps, isDone: stages.length === 0 };
}

export function settingsNow({ settings, changes }: RunManifest): RunSettings {
  const live = Object.fromEntries(changes.map(({ key, value }) => [key, value])) as Partial<Config>;
  return { ...settings, overrides: { ...settings.overrides, ...live } };
}

/** A name that no other run has: "amber-fox", "amber-fox 2". */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  const base = wanted.replace(/ \d+$/, '');
  for (let n = 2; ; n++) if (!taken.includes(`${base} ${n}`)) return `${base} ${n}`;
}

export class Autosave {
  #present: Present | null = null;
  #journal = new RunJournal();
  /** Events let go since the run began: cuts are counted from its first event. */
  #dropped = 0;
  #saving: Promise<void> = Promise.resolve();

  /** Name that the page gives the next run it starts. */
  nextName = 'run';

  constructor(readonly options: AutosaveOptions) {}

  /** The run this tab trains. */
  get runId(): string | null {
    return this.#present && !this.#present.isReplaced ? this.#present.id : null;
  }

  /** Call with every event before it goes out to the page. */
  observe(event: WorkerEvent): void {
    if (event.type === 'runBegun' && event.runId !== this.#present?.id)
      this.#begin({ id: event.runId, name: this.nextName, origin: null, lease: null, summaries: {}, isStored: false });
    this.#journal.add(event);
  }

  /** Goes on with a run of the library: what is told from now on is added to what it has. */
  adopt(run: { id: string; name: string; lease: Lease; summaries: Present['summaries'] }): void {
    this.#begin({ ...run, origin: null, isStored: true });
  }

  #begin(run: Omit<Present, 'isReplaced'>): void {
    this.#present?.lease?.release();
    this.#present = { ...run, isReplaced: false };
    this.#journal.clear();
    this.#dropped = 0;
  }

  /** The run is gone from this tab; others may have it. */
  async end(): Promise<void> {
    await this.#saving;
    this.#present?.lease?.release();
    this.#present = null;
    this.#journal.clear();
  }

  /** Another tab has taken the run over. */
  lose(id: string): void {
    if (this.#present?.id === id) this.#lose(this.#present);
  }

  /** A run of the library was renamed. */
  renamed(id: string, name: string): void {
    if (this.#present?.id === id) this.#present.name = name;
  }

  /** Saves a state. Resolves when it is on disk, or when the page has been told why it is not. */
  save(snapshot: RunSnapshot, isStageEnd: boolean): Promise<void> {
    const present = this.#present;
    if (present === null || present.id !== snapshot.manifest.runId || present.isReplaced) return Promise.resolve();
    // What is told after this moment belongs to the next save.
    const cut = this.#dropped + this.#journal.length;
    const takenAt = Date.now();
    this.#saving = this.#saving.then(() => this.#save(present, snapshot, { isStageEnd, cut, takenAt }));
    return this.#saving;
  }

  async #save(
    present: Present,
    snapshot: RunSnapshot,
    { isStageEnd, cut, takenAt }: { isStageEnd: boolean; cut: number; takenAt: number },
  ): Promise<void> {
    if (present !== this.#present) return;
    const { manifest } = snapshot;
    const place = placeOf(manifest);
    const count = cut - this.#dropped;
    const events = this.#journal.first(count);
    const summaries = lastMetrics(events, present.summaries);
    try {
      const store = await this.options.store();
      present.lease ??= await leaseRun(present.id, true, () => this.#lose(present));
      if (present.lease === null) throw new ReplacedError('storage: another tab has this run.');
      const news = { settings: settingsNow(manifest), plan: manifest.plan, place, summaries };
      const writer = present.lease.token;
      const fresh = present.isStored ? null : await this.#freshRecord(store, present, news, takenAt);
      const checkpoint = { state: snapshot, kind: isStageEnd ? 'stage' : 'auto', place, events, takenAt } as const;
      await saveWithRoom(store, () => store.save(present.id, writer, news, checkpoint, fresh));
      present.isStored = true;
      present.summaries = summaries;
      this.#journal.drop(count);
      this.#dropped += count;
      // Another tab may have taken the run over while this was written. The page has been told, and that stays said.
      if (!present.isReplaced) this.#report({ state: 'saved', run: present.id, name: present.name, place });
    } catch (error) {
      if (error instanceof ReplacedError) this.#lose(present);
      else if (!present.isReplaced) this.#report({ state: 'failed', run: present.id, problem: problemOf(error) });
    }
  }

  async #freshRecord(
    store: RunStore,
    present: Present,
    news: { settings: RunSettings; plan: RunManifest['plan']; place: SavedPlace; summaries: Present['summaries'] },
    takenAt: number,
  ) {
    const taken = (await store.list()).map(({ name }) => name);
    present.name = freeName(present.name, taken);
    const { id, name, origin, lease } = present;
    const times = { madeAt: takenAt, savedAt: takenAt };
    return { id, name, ...times, ...news, origin, keepsAll: false, saves: 0, writer: lease!.token, isDeleted: false };
  }

  #lose(present: Present): void {
    if (present.isReplaced || present !== this.#present) return;
    present.isReplaced = true;
    this.#report({ state: 'replaced', run: present.id, name: present.name });
    this.options.onReplaced();
  }

  #report(report: SavingReport): void {
    this.options.post({ type: 'saving', report });
  }
}

/** A full disk may hold runs that were deleted and not yet forgotten: they make room, once. */
async function saveWithRoom(store: RunStore, save: () => Promise<unknown>): Promise<void> {
  try {
    await save();
  } catch (error) {
    const removed = error instanceof QuotaError ? await store.deleted() : [];
    if (removed.length === 0) throw error;
    await store.purge(removed);
    await save();
  }
}

/** What the page says about it. */
export function problemOf(error: unknown): SavingProblem {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof QuotaError) return { kind: 'quota', detail };
  if (error instanceof NewerError) return { kind: 'newer', detail };
  return { kind: error instanceof NoDatabaseError ? 'noDatabase' : 'failed', detail };
}
