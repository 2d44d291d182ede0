import { loadRecordedRun, ReplayClient } from '../../worker/client';
import type { RecordedRun, RunPlan } from '../../worker/protocol';
import { RunModel } from './run.svelte';

/** Pause before a recorded run on the start screen begins again. */
const REST_MS = 5000;

/** A recorded run takes about a minute to watch, however long the recording was. */
function speedOf(run: RecordedRun): number {
  return Math.max(1, (run.events.at(-1)?.atMs ?? 0) / 60_000);
}

/** The recorded run that ships with the page, played by its own client beside the live one. */
export class Recording {
  /** Null until it is loaded, and where none is. */
  run = $state.raw<RecordedRun | null>(null);
  replay = $state.raw<RunModel | null>(null);

  /** @throws StorageError when the file is broken */
  async load(): Promise<void> {
    this.run = await loadRecordedRun('nano', document.baseURI);
    if (this.run === null) return;
    this.replay = new RunModel(new ReplayClient(this.run, speedOf(this.run)));
    this.play();
  }

  /** @param plan `ppo` begins at that step, with the steps before it done */
  play(plan: Extract<RunPlan, 'all' | 'ppo'> = 'all'): void {
    if (this.run === null) return;
    this.replay?.forget();
    this.replay?.client.send({ type: 'start', plan, settings: this.run.settings });
  }

  /** On the start screen it begins again after a rest; elsewhere its last numbers stay. */
  loop(): () => void {
    const timer = setTimeout(() => this.play(), REST_MS);
    return () => clearTimeout(timer);
  }

  close(): void {
    this.replay?.close();
  }
}
