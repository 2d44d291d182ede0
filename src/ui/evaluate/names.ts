import { evaluate } from '../messages/en/evaluate';
import type { CandidateId, CandidateInfo, Estimate, JudgeId, ProbeKind, UseCase } from '../../worker/protocol';
import { formatNumber } from '../state/format';

/** Words of the page for the ids of the protocol. */

export const CANDIDATE_NAME: Record<CandidateId, () => string> = {
  base: evaluate.base,
  fewShot: evaluate.fewShot,
  sft: evaluate.sft,
  bestOf: evaluate.bestOfAny,
  ppo: evaluate.ppo,
  ptx: evaluate.ptx,
};

/** @param bestOf answers that best-of-n chose from */
export function candidateName(id: CandidateId, bestOf: number): string {
  return id === 'bestOf' ? evaluate.bestOf({ n: bestOf }) : CANDIDATE_NAME[id]();
}

/** What the rail says behind a policy's name. */
export function candidateNote(id: CandidateId, info: CandidateInfo | undefined): string {
  if (id === 'base') return evaluate.noteBase();
  if (id === 'sft') return evaluate.noteSft();
  if (info === undefined) return evaluate.notYet();
  if (id === 'fewShot') return evaluate.noteFewShot();
  if (id === 'bestOf') return evaluate.noteBestOf();
  return info.keptFrom === null
    ? evaluate.noteUpdate({ step: info.step ?? 0 })
    : evaluate.noteKept({ seed: info.keptFrom });
}

interface JudgeWords {
  name: () => string;
  /** In the middle of a sentence, after "with". */
  inline: () => string;
  short: () => string;
  note: () => string;
}

export const JUDGES: Record<JudgeId, JudgeWords> = {
  training: {
    name: evaluate.training,
    inline: evaluate.byTraining,
    short: evaluate.shortTraining,
    note: evaluate.noteTraining,
  },
  heldOut: {
    name: evaluate.heldOut,
    inline: evaluate.byHeldOut,
    short: evaluate.shortHeldOut,
    note: evaluate.noteHeldOut,
  },
  rewardModel: {
    name: evaluate.rewardModel,
    inline: evaluate.byRewardModel,
    short: evaluate.shortRewardModel,
    note: evaluate.noteRewardModel,
  },
  trueRule: {
    name: evaluate.trueRule,
    inline: evaluate.byTrueRule,
    short: evaluate.shortTrueRule,
    note: evaluate.noteTrueRule,
  },
  me: { name: evaluate.me, inline: evaluate.byMe, short: evaluate.shortMe, note: evaluate.noteMe },
};

export const USE_CASES: Record<UseCase, () => string> = {
  generation: evaluate.generation,
  openQa: evaluate.openQa,
  brainstorm: evaluate.brainstorm,
  chat: evaluate.chat,
  rewrite: evaluate.rewrite,
  summarize: evaluate.summarize,
  classify: evaluate.classify,
  other: evaluate.other,
  closedQa: evaluate.closedQa,
  extract: evaluate.extract,
};

const TAX_NAMES: Readonly<Record<string, () => string>> = {
  facts: evaluate.facts,
  storyEnding: evaluate.storyEnding,
  extraction: evaluate.extraction,
  sentiment: evaluate.sentiment,
  tense: evaluate.tense,
  closed: evaluate.closed,
};

/** A suite's name in words; a suite that has none is shown by its id. */
export function taxName(suite: string): string {
  return TAX_NAMES[suite]?.() ?? suite;
}

export const PROBES: Record<ProbeKind, { name: () => string; note: () => string }> = {
  falsePremise: { name: evaluate.falsePremise, note: evaluate.falsePremiseNote },
  hedging: { name: evaluate.hedging, note: evaluate.hedgingNote },
  constraints: { name: evaluate.constraints, note: evaluate.constraintsNote },
  sensitive: { name: evaluate.sensitive, note: evaluate.sensitiveNote },
};

/** A share as per cent: `61 %`. */
export function percent(share: number, digits = 0): string {
  return Number.isNaN(share) ? formatNumber(null, 0) : `${formatNumber(share * 100, digits)} %`;
}

/** How a figure writes its values. */
export type ValueFormat = (value: number) => string;

/** `61 % [57 %, 65 %], n = 300`; without the interval where there is none. */
export function withInterval({ value, low, high, n }: Estimate, format: ValueFormat): string {
  if (Number.isNaN(low)) return format(value);
  return evaluate.interval({ value: format(value), low: format(low), high: format(high), n });
}

/** Whether an interval holds the value at which neither side is better. */
export function isUnclear({ low, high }: Estimate, neutral = 0.5): boolean {
  return low <= neutral && high >= neutral;
}
