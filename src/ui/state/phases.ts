import type { PhaseReport } from '../../worker/protocol';

/**
 * Adds a stop of slow motion to those of its iteration. A new iteration begins afresh; a phase that was computed again,
 * because a setting changed, takes the place of its former self and of what followed from it.
 */
export function addPhase(seen: readonly PhaseReport[], next: PhaseReport): PhaseReport[] {
  if (next.phase === 'sample') return [next];
  const again = next.phase === 'minibatch' ? -1 : seen.findIndex(({ phase }) => phase === next.phase);
  return [...(again < 0 ? seen : seen.slice(0, again)), next];
}
