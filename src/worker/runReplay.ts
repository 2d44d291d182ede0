/** Tells the page what a kept run told it before. */
import type { SavedPlace } from '../storage/records';
import type { RunStore } from '../storage/runStore';
import type { CurvePart } from './libraryProtocol';
import type { WorkerEvent } from './protocol';
import { joinMetrics, type JournalEvent } from './runJournal';

/** @param upTo the save whose state is brought back: what happened later did not happen */
export async function journalOf(store: RunStore, id: string, upTo?: number): Promise<JournalEvent[]> {
  // The store hands back what the autosave has put in.
  return joinMetrics((await store.journal(id, upTo)) as JournalEvent[]);
}

/** Every event again. The run stands still meanwhile, whatever it did then. */
export function replay(events: readonly JournalEvent[], place: SavedPlace, post: (event: WorkerEvent) => void): void {
  let last: Extract<JournalEvent, { type: 'status' }> | null = null;
  for (const event of events) {
    if (event.type === 'status') last = event;
    post(event.type === 'status' ? standing(event) : event);
  }
  if (last === null) return;
  const { stage, step, totalSteps } = place;
  post(standing({ ...last, status: { ...last.status, stage: stage ?? last.status.stage, step, totalSteps } }));
}

function standing(event: Extract<JournalEvent, { type: 'status' }>): WorkerEvent {
  const still = { state: 'stopped', activity: null, etaSeconds: null, tokensPerSecond: 0 } as const;
  return { type: 'status', status: { ...event.status, ...still } };
}

export function curvesOf(events: readonly JournalEvent[]): CurvePart[] {
  return events.flatMap((event) => {
    if (event.type !== 'metrics') return [];
    const { stage, keys, steps, values } = event;
    return [{ stage, keys, steps, values }];
  });
}
