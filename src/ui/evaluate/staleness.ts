import type { EvaluationMoment } from '../../worker/protocol';
import { evaluate } from '../messages/en/evaluate';
import type { EvaluationRecord } from './evaluation.svelte';

/** Why the result on show no longer is that of the run on screen; null while it is. */
export function stalenessOf(
  record: EvaluationRecord | null,
  moment: EvaluationMoment | null,
  runName: string,
): string | null {
  if (record === null) return null;
  if (record.isEarlier) return evaluate.otherRun();
  if (moment === null) return null;
  if (record.runName !== runName) return evaluate.otherRun();
  const stepOf = ({ stage, step }: EvaluationMoment) => (stage === 'ppo' ? step : 0);
  const [from, to] = [stepOf(record.moment), stepOf(moment)];
  return to > from ? evaluate.stale({ from, to }) : null;
}
