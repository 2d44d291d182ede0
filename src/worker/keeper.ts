import { StorageError } from '../config/errors';
import type { FrozenValues, RunSnapshot } from '../pipeline/snapshot';
import { SavePace } from './savePace';

/** Why a snapshot is taken. */
export type SnapshotReason = 'begin' | 'interval' | 'stageEnd' | 'pause' | 'asked';

/**
 * Called between two steps. The promise ends when the snapshot is safe, or given up in words to the page. Training waits
 * for it only where it could put more than one interval at stake.
 */
export type SnapshotTaker = (snapshot: RunSnapshot, reason: SnapshotReason) => void | Promise<void>;

const INTERVAL_MS = 30_000;

/** A store that is silent for so long has failed: a run must not stand still for ever because a disk does. */
const PATIENCE_MS = 30_000;

/**
 * Decides when a run is taken down, and remembers the newest snapshots: a lost device or a stage that diverged goes on
 * from there, whether or not anything is stored.
 */
export class Keeper {
  /** Newest last. Two, because a rate that is too high spoils weights some steps before anything overflows. */
  #recent: RunSnapshot[] = [];
  #tried: RunSnapshot | null = null;
  #pace: SavePace;
  /** Saves under way end in order; null while there is none. */
  #storing: Promise<void> | null = null;
  #isChanged = false;
  /** Values of weights that no longer change. */
  frozen: FrozenValues = new WeakMap();

  constructor(
    readonly store: SnapshotTaker,
    /** A store that cannot keep a snapshot: the run goes on. */
    readonly onFailure: (error: unknown) => void,
    readonly intervalMs = INTERVAL_MS,
  ) {
    this.#pace = new SavePace(intervalMs);
  }

  /** Another run: nothing of the last one counts. @param from where it begins, if it was restored */
  begin(from: RunSnapshot | null): void {
    this.#recent = from ? [from] : [];
    this.#tried = null;
    this.#pace = new SavePace(this.intervalMs);
    this.#isChanged = false;
    this.frozen = new WeakMap();
  }

  /** A step was finished or a setting changed. @param ms of training since the step before */
  noteChange(ms = 0): void {
    this.#isChanged = true;
    if (ms > 0) this.#pace.noteStep(ms);
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Whether the run should be taken down after a step. */
  get due(): SnapshotReason | null {
    if (!this.#isChanged || this.#storing) return null;
    if (this.#recent.length === 0) return 'begin';
    return this.#pace.isDue ? 'interval' : null;
  }

  /** What training has to wait for before its next step, so that no more than one interval is ever at stake; null: nothing. */
  get gate(): Promise<void> | null {
    return this.#pace.isSpent ? this.#storing : null;
  }

  get newest(): RunSnapshot | null {
    return this.#recent.at(-1) ?? null;
  }

  take(snapshot: RunSnapshot, reason: SnapshotReason): void {
    this.#recent = [...this.#recent, snapshot].slice(-2);
    this.#isChanged = false;
    const noteEnd = this.#pace.noteTaken();
    const begun = performance.now();
    const storing: Promise<void> = inTime(Promise.resolve(this.store(snapshot, reason)))
      .catch(this.onFailure)
      .then(() => {
        noteEnd(performance.now() - begun);
        if (this.#storing === storing) this.#storing = null;
      });
    this.#storing = storing;
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
    this.#pace.noteSafe();
    this.#isChanged = false;
  }
}

function inTime(storing: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const silent = `storage: no answer for ${PATIENCE_MS / 1000} s; expected the save to end; the run goes on, and the next save tries again.`;
    const timer = setTimeout(() => reject(new StorageError(silent)), PATIENCE_MS);
    storing.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
