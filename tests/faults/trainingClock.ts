/** How much a page has trained, told from what its worker says and when; the page's own clocks are not asked. */
import type { Page } from 'playwright-core';
import { STAGES } from '../../src/pipeline/report';
import type { StoredCheckpoint } from './storedRuns';

/** A moment at which the worker said where it stands. */
interface Moment {
  /** Milliseconds since 1970. */
  at: number;
  /** Trained so far in this visit, milliseconds. */
  trained: number;
  stage: string | null;
  step: number;
}

export interface TrainingClock {
  moments: Moment[];
  /** Training stood still for a save at the last moment. */
  isWaiting: boolean;
  waits: number;
  isDone: boolean;
}

/** Page and worker read the time of day on their own, in whole milliseconds that browsers blur a little. */
const JITTER_MS = 2;

interface Heard {
  type: string;
  status?: { state: string; stage: string | null; step: number };
  report?: { state: string };
}

/** Listens to the training worker of every page opened from now on. */
export async function clockTraining(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const clock: TrainingClock = { moments: [], isWaiting: false, waits: 0, isDone: false };
    // In lists, because the runner gives functions with a name a helper that the page does not have.
    const [note] = [
      (stage: string | null, step: number) => {
        const [now, last] = [Date.now(), clock.moments.at(-1)];
        const trained = last === undefined ? 0 : last.trained + (clock.isWaiting ? 0 : now - last.at);
        clock.moments.push({ at: now, trained, stage, step });
      },
    ];
    const [hear] = [
      ({ type, status, report }: Heard) => {
        if (type === 'status' && status?.state === 'done') clock.isDone = true;
        if (type === 'status' && status?.state === 'running') {
          note(status.stage, status.step);
          clock.isWaiting = false;
        } else if (type === 'saving' && report?.state === 'waiting') {
          const { stage, step } = clock.moments.at(-1) ?? { stage: null, step: 0 };
          note(stage, step);
          clock.isWaiting = true;
          clock.waits++;
        }
      },
    ];
    const Native = Worker;
    window.Worker = class extends Native {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener('message', ({ data }: MessageEvent<Heard>) => hear(data));
      }
    };
    Object.assign(window, { trainingClock: clock });
  });
}

export function readClock(page: Page): Promise<TrainingClock> {
  return page.evaluate(() => (window as unknown as { trainingClock: TrainingClock }).trainingClock);
}

/** Returns when the worker has said for the second time that it trains, or that the run is done. */
export async function waitForTraining(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { moments, isDone } = (window as unknown as { trainingClock: TrainingClock }).trainingClock;
    return moments.length > 1 || isDone;
  });
}

/**
 * Training after a checkpoint until `at`. What happened after the last word of the worker counts as training, unless it
 * had said that it waits.
 * @throws Error when the checkpoint is of a place that had been passed before it was taken
 */
export function trainedBetween(
  { moments, isWaiting }: TrainingClock,
  checkpoint: StoredCheckpoint,
  at: number,
): number {
  const last = moments.at(-1);
  if (last === undefined) return 0;
  const before = moments.findLast((moment) => moment.at < checkpoint.takenAt - JITTER_MS);
  // Taken in an earlier visit: everything of this one is gone.
  if (before === undefined) return last.trained + (isWaiting ? 0 : at - last.at);
  const orderOf = (place: { stage: string | null; step: number }) =>
    STAGES.findIndex((stage) => stage === place.stage) * 1e6 + place.step;
  if (orderOf(checkpoint) < orderOf(before))
    throw new Error(
      `kills: save ${checkpoint.number} is of ${checkpoint.stage}, step ${checkpoint.step}; expected at least ${before.stage}, step ${before.step}, where the run stood when it was taken.`,
    );
  const trainedThen =
    before === last ? before.trained + (isWaiting ? 0 : checkpoint.takenAt - before.at) : before.trained;
  return last.trained + (isWaiting ? 0 : at - last.at) - trainedThen;
}
