import type { RunClient } from '../../worker/client';
import type {
  CurvePart,
  LibraryContents,
  OpenedRun,
  RunListing,
  SavedPlace,
  SavingReport,
  SettingChanges,
  WorkerEvent,
} from '../../worker/protocol';
import { library as words } from '../messages/en/library';
import { LibraryLink, LibraryRefusal } from './libraryLink';

/** What the library needs of the page around it. */
export interface LibraryPage {
  /** A run is about to be told from its beginning: the screens make room for it. @param isSame it was on screen already */
  adopt: (run: OpenedRun, isSame: boolean) => void;
}

/** The runs kept on this device, and how the saving of the present one goes. */
export class Library {
  readonly link: LibraryLink;
  contents = $state.raw<LibraryContents | null>(null);
  saving = $state.raw<Exclude<SavingReport, { state: 'waiting' }>>({ state: 'none' });
  /** Training waits for the save under way. */
  isWaiting = $state(false);
  /** When the newest report came, on the clock of this page, which never jumps. */
  savedAtMs = $state(0);
  /** The newest message about saving was waved away. */
  isNoticeHidden = $state(false);
  /** Newer checkpoints of the run on screen that were not whole. */
  brokenPassed = $state(0);
  /** The run deleted last, while that can be undone. */
  removed = $state.raw<{ id: string; name: string } | null>(null);
  /** What was done last, in words. */
  said = $state('');
  problem = $state<string | null>(null);
  /** Something that takes a while is under way. */
  isBusy = $state(false);
  /** Seconds this device slept while a run was under way, until the visitor has read it. */
  slept = $state<number | null>(null);
  /** The browser ended the worker; where the run went on then, null where nothing of it was kept. Until it was read. */
  revival = $state.raw<{ place: SavedPlace | null } | null>(null);
  /** A run could not be had because another tab trains it. */
  wanted = $state.raw<RunListing | null>(null);

  constructor(
    client: RunClient,
    readonly page: LibraryPage,
  ) {
    this.link = new LibraryLink(client);
    client.subscribe((event) => this.#receive(event));
  }

  #receive(event: WorkerEvent): void {
    if (event.type !== 'saving') return;
    this.isWaiting = event.report.state === 'waiting';
    if (event.report.state === 'waiting') return;
    const isSameTrouble =
      event.report.state === 'failed' &&
      this.saving.state === 'failed' &&
      event.report.problem.kind === this.saving.problem.kind;
    if (!isSameTrouble) this.isNoticeHidden = false;
    this.saving = event.report;
    this.savedAtMs = performance.now();
  }

  /** The run that a visit which begins now would go on with. */
  get latest(): RunListing | null {
    const newest = this.contents?.runs[0];
    return newest === undefined || newest.place.isDone || newest.openIn === 'here' ? null : newest;
  }

  /** The name of the run on screen, once it is kept. */
  get savedName(): string | null {
    return this.saving.state === 'saved' || this.saving.state === 'replaced' ? this.saving.name : null;
  }

  /** The id of the run on screen, once it is kept. */
  get savedRun(): string | null {
    return this.saving.state === 'saved' ? this.saving.run : null;
  }

  /** Another run begins: what was said about the last one is over. */
  forget(): void {
    this.saving = { state: 'none' };
    this.isWaiting = false;
    this.brokenPassed = 0;
    this.wanted = null;
  }

  async refresh(): Promise<void> {
    await this.#orTell(async () => void (this.contents = await this.link.ask({ kind: 'list' })));
  }

  /**
   * Goes on with a run where it was saved last.
   * @param isHeld waits there
   * @returns where that is; null when it could not be had
   */
  async resume(run: Pick<RunListing, 'id'>, takesOver = false, isHeld = false): Promise<SavedPlace | null> {
    let place: SavedPlace | null = null;
    await this.#atLength(async () => {
      this.wanted = null;
      const opened = await this.link.ask({ kind: 'resume', id: run.id, takesOver, isHeld });
      if (opened.state === 'opened') {
        this.#adopt(opened);
        ({ place } = opened);
      } else this.wanted = this.contents?.runs.find(({ id }) => id === run.id) ?? null;
    });
    return place;
  }

  /** The same for the run on screen after its worker was ended, and tells about it. */
  async revive(id: string, isHeld: boolean): Promise<void> {
    // The worker that is gone may still be listed as the one that has it.
    const place = await this.resume({ id }, true, isHeld);
    if (place !== null) this.revival = { place };
  }

  async look(run: RunListing): Promise<void> {
    await this.#atLength(async () => this.#adopt(await this.link.ask({ kind: 'look', id: run.id })));
  }

  /** Begins a run of its own from a checkpoint. @param changes settings that differ from those of the run */
  async fork(run: RunListing, number: number, name: string, changes: SettingChanges): Promise<void> {
    await this.#atLength(async () =>
      this.#adopt(await this.link.ask({ kind: 'fork', id: run.id, number, name, changes })),
    );
  }

  #adopt(opened: OpenedRun): void {
    const isSame = (this.saving.state === 'saved' || this.saving.state === 'replaced') && this.saving.run === opened.id;
    this.forget();
    this.page.adopt(opened, isSame);
    this.brokenPassed = opened.broken;
  }

  async rename(run: RunListing, name: string): Promise<void> {
    await this.#change(() => this.link.ask({ kind: 'rename', id: run.id, name }));
    if (this.saving.state === 'saved' && this.saving.run === run.id) this.saving = { ...this.saving, name };
  }

  async duplicate(run: RunListing): Promise<void> {
    const name = words.copyName({ name: run.name });
    await this.#change(() => this.link.ask({ kind: 'duplicate', id: run.id, name }));
    this.said = words.duplicated({ name: run.name });
  }

  /** Takes a run off the list. The one deleted before cannot be had back from then on. */
  async remove(run: RunListing): Promise<void> {
    await this.forgetRemoved();
    await this.#change(() => this.link.ask({ kind: 'remove', id: run.id }));
    this.removed = { id: run.id, name: run.name };
    this.said = words.removed({ name: run.name });
  }

  async bringBack(): Promise<void> {
    const { removed } = this;
    if (removed === null) return;
    this.removed = null;
    await this.#change(() => this.link.ask({ kind: 'bringBack', id: removed.id }));
    this.said = words.broughtBack({ name: removed.name });
  }

  async forgetRemoved(): Promise<void> {
    if (this.removed === null) return;
    this.removed = null;
    await this.#change(() => this.link.ask({ kind: 'purge' }));
  }

  forgetDamaged(): Promise<void> {
    return this.#change(() => this.link.ask({ kind: 'forgetDamaged' }));
  }

  pin(run: RunListing, number: number, isPinned: boolean): Promise<void> {
    return this.#change(() => this.link.ask({ kind: 'pin', id: run.id, number, isPinned }));
  }

  keepAll(run: RunListing, keepsAll: boolean): Promise<void> {
    return this.#change(() => this.link.ask({ kind: 'keepAll', id: run.id, keepsAll }));
  }

  async curves(run: RunListing): Promise<CurvePart[]> {
    let parts: CurvePart[] = [];
    await this.#orTell(async () => void (parts = await this.link.ask({ kind: 'curves', id: run.id })));
    return parts;
  }

  /** @returns the archive as a file, or null when it could not be made */
  async export(run: RunListing): Promise<{ name: string; file: Blob } | null> {
    let archive: { name: string; file: Blob } | null = null;
    this.said = words.exporting();
    await this.#atLength(async () => {
      archive = await this.link.ask({ kind: 'export', id: run.id });
      this.said = words.exported({ name: run.name });
    });
    return archive;
  }

  async import(file: File): Promise<void> {
    this.said = words.importing();
    await this.#atLength(async () => {
      const { name } = await this.link.ask({ kind: 'import', file });
      this.said = words.imported({ name });
      this.contents = await this.link.ask({ kind: 'list' });
    });
  }

  /** Asks the browser not to clear what is kept here. */
  async persist(): Promise<void> {
    const isGranted = (await navigator.storage?.persist?.()) ?? false;
    this.said = isGranted ? words.persistGranted() : words.persistDenied();
    await this.refresh();
  }

  async #change(action: () => Promise<unknown>): Promise<void> {
    await this.#orTell(async () => {
      await action();
      this.contents = await this.link.ask({ kind: 'list' });
    });
  }

  /** What the worker refuses is said on the page; the rest is an error. */
  async #orTell(action: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof LibraryRefusal)) throw error;
      this.problem = error.message;
      this.said = '';
    }
  }

  /** The same for what takes a while; no second one begins meanwhile. */
  async #atLength(action: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    await this.#orTell(action).finally(() => (this.isBusy = false));
  }
}
