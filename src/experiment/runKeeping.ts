/** What a run without a page keeps of itself while it goes on: its metrics, its samples, and an archive now and then. */
import type { ArchivedMetrics, ArchivedSample, RunArchive } from '../pipeline/archiveEntries';
import type { Stage, StepReport } from '../pipeline/report';
import type { Run } from '../pipeline/run';
import { snapshotRun, type FrozenValues, type RunIdentity, type RunPlace } from '../pipeline/snapshot';

/** Where archives go. */
export interface ArchiveSink {
  write(archive: RunArchive): Promise<void>;
  /** Whether the run was asked to stop; it then writes one and ends. */
  isStopping(): boolean;
}

/** Thrown when the run was asked to stop and its archive has been written. */
export class StoppedRun extends Error {
  override readonly name = 'StoppedRun';
}

const EVERY_MS = 60_000;

/** Collects what an archive needs and writes one every minute, at stage ends, and when the run is asked to stop. */
export class RunKeeping {
  readonly metrics: ArchivedMetrics[];
  readonly samples: ArchivedSample[];
  #at: RunPlace = { stage: null, step: 0, totalSteps: 0, episodes: 0, seconds: 0 };
  #begun = performance.now();
  #writtenAt = performance.now();
  #frozen: FrozenValues = new WeakMap();

  /** @param before what the run had kept when it was taken down */
  constructor(
    readonly run: Run,
    readonly identity: RunIdentity,
    readonly sink: ArchiveSink | null,
    before: RunArchive | null,
  ) {
    this.metrics = before?.metrics ?? [];
    this.samples = before?.samples ?? [];
    if (before) this.#at = before.snapshot.manifest.at;
  }

  /** Training time of the stage so far. */
  get seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  /** Steps of the stage finished. */
  get step(): number {
    return this.#at.step;
  }

  beginStage(stage: Stage): void {
    const isSame = this.#at.stage === stage;
    this.#begun = performance.now() - (isSame ? 1000 * this.#at.seconds : 0);
    if (!isSame) this.#at = { stage, step: 0, totalSteps: 0, episodes: 0, seconds: 0 };
  }

  /**
   * Call after every report. @param stages that are not finished
   * @returns rows that were still waiting on the device
   * @throws StoppedRun
   */
  async after({ step, totalSteps, episodes }: StepReport, stages: Stage[]): Promise<StepReport['rows']> {
    if (step > 0) this.#at = { ...this.#at, step, totalSteps, episodes, seconds: this.seconds };
    if (!this.sink) return [];
    const isStopping = this.sink.isStopping();
    if (!isStopping && performance.now() - this.#writtenAt < EVERY_MS) return [];
    const rows = await this.write(stages);
    if (isStopping) throw new StoppedRun('headless: stopped as asked; the archive was written.');
    return rows;
  }

  /** Writes an archive, where one is wanted. @returns rows that were still waiting on the device */
  async write(stages: Stage[]): Promise<StepReport['rows']> {
    if (!this.sink) return [];
    const taken = await snapshotRun(this.run, { ...this.identity, stages, at: this.#at, summary: {} }, this.#frozen);
    if (!taken) return [];
    const waiting = taken.rows.map((row) => ({ stage: this.#at.stage ?? stages[0], ...row }));
    const metrics = [...this.metrics, ...waiting];
    await this.sink.write({ snapshot: taken.snapshot, metrics, samples: this.samples });
    this.#writtenAt = performance.now();
    return taken.rows;
  }
}
