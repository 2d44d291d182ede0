/** The worker's side of the run library: lists and changes what is kept, and brings runs back. */
import { ConfigError, StorageError } from '../config/errors';
import { forkSnapshot } from '../pipeline/fork';
import type { LiveChange, RunSnapshot } from '../pipeline/snapshot';
import { openDatabase } from '../storage/database';
import { RunStore, type LoadedCheckpoint } from '../storage/runStore';
import { Autosave, freeName, problemOf, settingsNow } from './autosave';
import type { LibraryContents, LibraryNews, LibraryReply, LibraryRequest, OpenedRun } from './libraryProtocol';
import type { WorkerEvent } from './protocol';
import { exportRun, importRun } from './runArchives';
import { listingOf } from './runListing';
import { lastMetrics } from './runJournal';
import { leasedRuns, leaseRun, newId, type Lease } from './runLease';
import { curvesOf, journalOf, replay } from './runReplay';
import type { Session } from './session';
import { loadWhole, snapshotOf } from './keptSnapshot';

type Request<K extends LibraryRequest['kind']> = Extract<LibraryRequest, { kind: K }>;

/** A kept run that is about to be on screen. */
interface Opening {
  session: Session;
  store: RunStore;
  loaded: LoadedCheckpoint;
  /** What it goes on from. */
  snapshot: RunSnapshot;
  lease: Lease;
  isHeld: boolean;
  /** Settings that change as it begins. */
  marks: readonly LiveChange[];
}

export class RunLibrary {
  readonly autosave: Autosave;
  #store: Promise<RunStore> | null = null;
  #isSwept = false;

  /** @param session the session of the engine, once it has started; rejects when it cannot */
  constructor(
    readonly post: (event: WorkerEvent) => void,
    readonly session: () => Promise<Session>,
  ) {
    const onReplaced = () => void this.session().then((session) => session.handle({ type: 'pause' }));
    this.autosave = new Autosave({ store: () => this.store(), post, onReplaced });
  }

  /** The database, opened at the first use and again after it was closed. @throws StorageError where there is none */
  store(): Promise<RunStore> {
    const onGone = (error: StorageError) => {
      this.#store = null;
      this.post({ type: 'saving', report: { state: 'failed', run: this.autosave.runId, problem: problemOf(error) } });
    };
    const opening = (this.#store ??= openDatabase(undefined, { onGone }).then((database) => new RunStore(database)));
    // A private window stays one; a full disk or a newer tab may change.
    opening.catch(() => (this.#store = null));
    return opening;
  }

  /** Answers one request. What cannot be met is refused in words; anything else that goes wrong is thrown. */
  async handle(requestId: number, request: LibraryRequest): Promise<void> {
    const reply = (news: LibraryNews) => this.post({ type: 'library', requestId, reply: news });
    try {
      await this.#answer(request, reply);
    } catch (error) {
      reply({ kind: 'refused', message: error instanceof Error ? error.message : String(error) });
      if (!(error instanceof ConfigError) && !(error instanceof StorageError)) throw error;
    }
  }

  async #answer(request: LibraryRequest, reply: (news: LibraryReply) => void): Promise<void> {
    if (request.kind === 'list') return reply({ kind: 'list', value: await this.#list() });
    const store = await this.store();
    switch (request.kind) {
      case 'rename':
        await store.changeRun(request.id, { name: request.name });
        this.autosave.renamed(request.id, request.name);
        return reply({ kind: 'rename', value: null });
      case 'duplicate':
        await this.#copy(store, request.id, request.name);
        return reply({ kind: 'duplicate', value: null });
      case 'remove':
        await store.changeRun(request.id, { isDeleted: true });
        return reply({ kind: 'remove', value: null });
      case 'bringBack':
        await store.changeRun(request.id, { isDeleted: false });
        return reply({ kind: 'bringBack', value: null });
      case 'purge':
        await store.purge(await store.deleted());
        return reply({ kind: 'purge', value: null });
      case 'forgetDamaged':
        await store.forgetDamaged();
        return reply({ kind: 'forgetDamaged', value: null });
      case 'pin':
        await store.pin(request.id, request.number, request.isPinned);
        await store.prune(request.id);
        return reply({ kind: 'pin', value: null });
      case 'keepAll':
        await store.changeRun(request.id, { keepsAll: request.keepsAll });
        await store.prune(request.id);
        return reply({ kind: 'keepAll', value: null });
      case 'resume':
        return this.#resume(store, request, (value) => reply({ kind: 'resume', value }));
      case 'look':
        return this.#look(store, request, (value) => reply({ kind: 'look', value }));
      case 'fork':
        return this.#fork(store, request, (value) => reply({ kind: 'fork', value }));
      case 'curves':
        return reply({ kind: 'curves', value: curvesOf(await journalOf(store, request.id)) });
      case 'export':
        return reply({ kind: 'export', value: await exportRun(store, await loadWhole(store, request.id)) });
      case 'import':
        return reply({ kind: 'import', value: await importRun(store, request.file) });
      default: {
        const unknown: never = request;
        throw new ConfigError(`library: no such request ${JSON.stringify(unknown)}.`);
      }
    }
  }

  async #list(): Promise<LibraryContents> {
    const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
    const isPersistent = (await navigator.storage?.persisted?.()) ?? false;
    const room = { usage: usage ?? null, quota: quota ?? null, isPersistent };
    try {
      const store = await this.store();
      await this.#forgetRemoved(store);
      const leased = await leasedRuns();
      const openIn = (id: string) => (this.autosave.runId === id ? 'here' : leased.has(id) ? 'elsewhere' : null);
      const { runs, damaged } = await store.survey();
      const listings = runs.map((run) => listingOf(run, openIn(run.id)));
      return { runs: listings, damaged: damaged.map(({ reason }) => reason), problem: null, ...room };
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return { runs: [], damaged: [], problem: problemOf(error), ...room };
    }
  }

  /** What an earlier visit deleted and did not bring back. */
  async #forgetRemoved(store: RunStore): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const removed = await store.deleted();
    if (removed.length > 0) await store.purge(removed);
  }

  async #resume(
    store: RunStore,
    { id, takesOver, isHeld }: Request<'resume'>,
    reply: (value: OpenedRun | { state: 'elsewhere' }) => void,
  ): Promise<void> {
    const session = await this.session();
    if (this.autosave.runId === id) await this.#leave(session);
    const loaded = await loadWhole(store, id);
    let lost = false;
    const lease = await leaseRun(id, takesOver, () => {
      lost = true;
      this.autosave.lose(id);
    });
    if (lease === null || lost) return reply({ state: 'elsewhere' });
    await store.changeRun(id, { writer: lease.token });
    // Another tab may have saved between reading and taking over; what is broken is passed over for good.
    const newest = (await store.load(id)) ?? loaded;
    await store.rewind(id, newest.checkpoint.number);
    await this.#open({ session, store, loaded: newest, snapshot: snapshotOf(newest), lease, isHeld, marks: [] }, reply);
  }

  /** Saves the run on screen before another one takes its place. */
  async #leave(session: Session): Promise<void> {
    await session.handle({ type: 'pause' });
    await session.save('asked');
    await this.autosave.end();
  }

  async #open(
    { session, store, loaded, snapshot, lease, isHeld, marks }: Opening,
    reply: (value: OpenedRun) => void,
  ): Promise<void> {
    const { run, checkpoint, broken } = loaded;
    const events = await journalOf(store, run.id, checkpoint.number);
    await this.#leave(session);
    this.autosave.adopt({ id: run.id, name: run.name, lease, summaries: lastMetrics(events, run.summaries) });
    const settings = settingsNow(snapshot.manifest);
    const told = session.between(async () => {
      reply({ state: 'opened', id: run.id, name: run.name, settings, place: checkpoint.place, broken: broken.length });
      replay(events, checkpoint.place, this.post);
      for (const mark of marks) {
        const event = { type: 'settingChanged', ...mark } as const;
        this.autosave.observe(event);
        this.post(event);
      }
    });
    // Queued in one go, so that no step of the run before comes between.
    const restored = session.restore(snapshot, { isHeld });
    await told;
    await restored;
    this.post({
      type: 'saving',
      report: { state: 'saved', run: run.id, name: run.name, place: checkpoint.place },
    });
  }

  async #look(store: RunStore, { id }: Request<'look'>, reply: (value: OpenedRun) => void): Promise<void> {
    const loaded = await loadWhole(store, id);
    const events = await journalOf(store, id);
    const session = await this.session();
    await this.#leave(session);
    await session.handle({ type: 'stop' });
    const { run, broken } = loaded;
    const { name, settings, place } = run;
    reply({ state: 'opened', id, name, settings, place, broken: broken.length });
    replay(events, place, this.post);
  }

  async #fork(
    store: RunStore,
    { id, number, name, changes }: Request<'fork'>,
    reply: (value: OpenedRun) => void,
  ): Promise<void> {
    const session = await this.session();
    const parent = snapshotOf(await loadWhole(store, id, number));
    // Before there is a copy: settings that cannot change any more must not leave one.
    forkSnapshot(parent, changes, id);
    const copy = await this.#copy(store, id, name, number);
    const loaded = await loadWhole(store, copy);
    const lease = await leaseRun(copy, true, () => this.autosave.lose(copy));
    if (lease === null) throw new StorageError(`library: the copy ${copy} is taken; expected it to be new; try again.`);
    await store.changeRun(copy, { writer: lease.token });
    const snapshot = forkSnapshot(parent, changes, copy);
    const marks = snapshot.manifest.changes.slice(parent.manifest.changes.length);
    await this.#open({ session, store, loaded, snapshot, lease, isHeld: true, marks }, reply);
    // What was changed must not wait for the first step to be kept.
    if (marks.length > 0) await session.save('asked');
  }

  /** @returns the id of the copy */
  async #copy(store: RunStore, id: string, name: string, upTo?: number): Promise<string> {
    const runs = await store.list();
    const run = runs.find((entry) => entry.id === id);
    const place = run?.checkpoints.find(({ number }) => number === upTo)?.place ?? run?.place;
    if (!run || !place) throw new ConfigError(`library: there is no run ${id}; expected one of the list; reload it.`);
    const names = runs.map((entry) => entry.name);
    const copy = { id: newId(), name: freeName(name, names), madeAt: Date.now(), origin: { name: run.name, place } };
    await store.copy(id, copy, upTo);
    return copy.id;
  }
}
