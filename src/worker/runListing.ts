import type { RunEntry } from '../storage/runStore';
import type { RunListing } from './libraryProtocol';

/** A run as the list of the page shows it: without what only saving needs to know. */
export function listingOf(run: RunEntry, openIn: RunListing['openIn']): RunListing {
  const { id, name, madeAt, savedAt, plan, settings, place, summaries, origin, keepsAll, bytes } = run;
  const checkpoints = run.checkpoints
    .map(({ number, takenAt, kind, isPinned, place }) => ({ number, takenAt, kind, isPinned, place }))
    .reverse();
  const about = { id, name, madeAt, savedAt, plan, settings, place, summaries, origin };
  return { ...about, keepsAll, bytes, openIn, checkpoints };
}
