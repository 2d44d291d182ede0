import type { Curriculum } from '../pipeline/curriculum';
import type { PhaseFrame } from '../pipeline/ppoPhases';
import type { PhaseReport, WorkerEvent } from './protocol';

/** Phases whose numbers follow a changed setting at once, as long as the loop stands there. */
const FOLLOWS_SETTINGS: readonly PhaseFrame['phase'][] = ['rewards', 'credit'];

/** Whether a loop that stands at this frame computes it again when a setting changes. */
export function followsSettings(frame: PhaseFrame | undefined): boolean {
  return frame !== undefined && FOLLOWS_SETTINGS.includes(frame.phase);
}

/** Turns a stop of the loop into its event; the texts travel with the first stop of an iteration only. */
export function phaseEvent(
  { items, ...frame }: PhaseFrame,
  curriculum: Curriculum,
): { event: WorkerEvent; transfer: Transferable[] } {
  const answers = items.map(({ prompt, response }) => ({
    prompt: curriculum.decodeAnswer(prompt.slice(1)).trimEnd(),
    tokens: response.map((id) => curriculum.tokenText(id)),
    ended: curriculum.isEnded(response),
  }));
  const report: PhaseReport = { ...frame, answers: frame.phase === 'sample' ? answers : [] };
  return {
    event: { type: 'phase', report },
    transfer: Object.values(frame.tensors).map((tensor) => tensor.buffer as ArrayBuffer),
  };
}
