import type { PromptSpec } from '../data/promptTypes';
import { PROBE_KINDS, type Probe, type ProbeKind } from './evaluationTypes';

/** Prompts offered of each kind. */
const PER_KIND = 4;

/** Whether a prompt is one on which the paper's models fail in this way. @source Ouyang et al. 2022, section 4.3 */
const IS_OF_KIND: Record<ProbeKind, (spec: PromptSpec) => boolean> = {
  falsePremise: ({ task }) => task.family === 'falsePremise',
  // A plain question: whoever has learnt to hedge will hedge here too.
  hedging: ({ task }) => task.family === 'fact',
  constraints: ({ task }) => task.family === 'story' && task.constraints.length > 1,
  sensitive: ({ isSensitive }) => isSensitive,
};

/** A few held-out prompts of each kind of failure, in their order. */
export function failureProbes(specs: readonly PromptSpec[]): Probe[] {
  return PROBE_KINDS.flatMap((kind) =>
    [...new Set(specs.filter(IS_OF_KIND[kind]).map((spec) => spec.text))]
      .slice(0, PER_KIND)
      .map((prompt) => ({ kind, prompt })),
  );
}
