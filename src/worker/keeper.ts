import type { FrozenValues, RunSnapshot } from '../pipeline/snapshot';

/** Why a snapshot is taken. */
export type SnapshotReason = 'begin' | 'interval' | 'stageEnd' | 'pause' | 'asked';

/** Called between two steps. Training does not wait for the promise; the next interval does. */
export type SnapshotTaker = (snapshot: RunSnapshot, reason: SnapshotReason) => void | Promise<void>;

const INTERVAL_MS = 30_000;

/**
 * Decides when a run is taken down, and remembers the newest snapshots: a lost device or a stage that diverged goes on
 * from there, whether or not anything is stored.
 */
export class Keeper {
  /** Newest last. Two, because a rate that is too high spoils weights some steps before anything overflows. */
  #recent: RunSnapshot[] = [];
  #tried: RunSnapshot | null = null;
  #takenAt = 0;
  #isStoring = false;
  #isChanged = false;
  /** Values of weights that no longer change. */
  frozen: FrozenValues = new WeakMap();

  constructor(
    readonly store: SnapshotTaker,
    /** A store that cannot keep a snapshot: the run goes on. */
    readonly onFailure: (error: unknown) => void,
    readonly intervalMs = INTERVAL_MS,
  ) {}

  /** Another run: nothing of the last one counts. @param from where it begins, if it was restored */
  begin(from: RunSnapshot | null): void {
    this.#recent = from ? [from] : [];
    this.#tried = null;
    this.#takenAt = performance.now();
    this.#isChanged = false;
    this.frozen = new WeakMap();
  }

  /** A step was finished or a setting changed. */
  noteChange(): void {
    this.#isChanged = true;
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Whether the run should be taken down after a step. */
  get due(): SnapshotReason | null {
    if (!this.#isChanged || this.#isStoring) return null;
    if (this.#recent.length === 0) return 'begin';
    return performance.now() - this.#takenAt >= this.intervalMs ? 'interval' : null;
  }

  get newest(): RunSnapshot | null {
    return this.#recent.at(-1) ?? null;
  }

  take(snapshot: RunSnapshot, reason: SnapshotReason): void {
    this.#recent = [...this.#recent, snapshot].slice(-2);
    this.#takenAt = performance.now();
    this.#isChanged = false;
    this.#isStoring = true;
    Promise.resolve(this.store(snapshot, reason))
      .catch(this.onFailure)
      .finally(() => (this.#isStoring = false));
  }

  /** Where to try again after a stage diverged: the newest state, or the one before if it was tried already. */
  stepBack(): RunSnapshot | null {
    if (this.#tried !== null && this.#tried === this.newest && this.#recent.length > 1) this.#recent.pop();
    return this.newest;
  }

  /** The run goes on from the newest state with other settings. */
  tryAgain(from: RunSnapshot): void {
    this.#recent = [...this.#recent.slice(0, -1), from];
    this.#tried = from;
    this.#takenAt = performance.now();
    this.#isChanged = false;
  }
}
