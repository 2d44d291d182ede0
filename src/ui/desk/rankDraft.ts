import { dropHidden } from '../../config/hiddenText';
import type { FlagId, Likert, SkipReason } from '../../config/labelling';
import type { DeskItem, RankingLabel } from '../../worker/protocol';

/** A judgement in the making. Lists are in the order of the item's answers. Plain data; every change makes a new one. */
export interface RankDraft {
  /** Lane of each answer, 0 is best; null is not ranked yet. Lanes may be empty. */
  readonly lanes: readonly (number | null)[];
  readonly likert: readonly (Likert | null)[];
  readonly flags: readonly (readonly FlagId[])[];
  readonly isAllBad: boolean;
  readonly note: string;
}

export function emptyDraft(answers: number): RankDraft {
  return {
    lanes: new Array<null>(answers).fill(null),
    likert: new Array<null>(answers).fill(null),
    flags: Array.from({ length: answers }, () => []),
    isAllBad: false,
    note: '',
  };
}

const replaced = <T>(list: readonly T[], at: number, value: T): T[] => list.map((old, i) => (i === at ? value : old));

/** Puts an answer into a lane; null takes it out of the ranking. Lanes that do not exist change nothing. */
export function place(draft: RankDraft, answer: number, lane: number | null): RankDraft {
  const isLane = lane === null || (lane >= 0 && lane < draft.lanes.length);
  return isLane ? { ...draft, lanes: replaced(draft.lanes, answer, lane) } : draft;
}

/**
 * Ties an answer with the group above it: the next better lane that holds another answer. An answer not ranked yet joins
 * the worst group so far. Nothing happens where there is no group above.
 */
export function tieWithAbove(draft: RankDraft, answer: number): RankDraft {
  const own = draft.lanes[answer] ?? draft.lanes.length;
  const above = draft.lanes.filter((lane, i): lane is number => i !== answer && lane !== null && lane < own);
  return above.length === 0 ? draft : place(draft, answer, Math.max(...above));
}

export function rate(draft: RankDraft, answer: number, value: Likert | null): RankDraft {
  return { ...draft, likert: replaced(draft.likert, answer, value) };
}

export function toggleFlag(draft: RankDraft, answer: number, flag: FlagId): RankDraft {
  const own = draft.flags[answer];
  const next = own.includes(flag) ? own.filter((other) => other !== flag) : [...own, flag];
  return { ...draft, flags: replaced(draft.flags, answer, next) };
}

/** The answer to look at after `answer` has been ranked: the next one not ranked yet, or the same one. */
export function nextUnranked(draft: RankDraft, answer: number): number {
  const { length } = draft.lanes;
  for (let step = 1; step < length; step++) {
    const candidate = (answer + step) % length;
    if (draft.lanes[candidate] === null) return candidate;
  }
  return answer;
}

/** Ranks without the gaps of empty lanes: 0 is best, equal is a tie. */
export function ranksOf(lanes: readonly (number | null)[]): (number | null)[] {
  const used = [...new Set(lanes.filter((lane) => lane !== null))].sort((a, b) => a - b);
  return lanes.map((lane) => (lane === null ? null : used.indexOf(lane)));
}

export interface PairCount {
  /** Comparisons that the ranking makes. */
  pairs: number;
  ties: number;
  /** Pairs with an answer that is not ranked. */
  open: number;
}

/** What a ranking is worth to the reward model. */
export function countPairs(ranks: readonly (number | null)[]): PairCount {
  const count: PairCount = { pairs: 0, ties: 0, open: 0 };
  for (let i = 0; i < ranks.length; i++)
    for (let j = i + 1; j < ranks.length; j++) {
      if (ranks[i] === null || ranks[j] === null) count.open++;
      else if (ranks[i] === ranks[j]) count.ties++;
      else count.pairs++;
    }
  return count;
}

/** A ranking says something once two answers are ranked; that all answers are bad says something by itself. */
export function canSubmit(draft: RankDraft): boolean {
  return draft.isAllBad || draft.lanes.filter((lane) => lane !== null).length >= 2;
}

export interface Circumstances {
  labeler: string;
  group: string;
  seconds: number;
  skipped?: SkipReason;
  /** False while ratings are switched off. */
  isRating: boolean;
}

/** The label that a draft becomes. */
export function labelOf(item: DeskItem, draft: RankDraft, around: Circumstances): RankingLabel {
  const { labeler, seconds, skipped, isRating } = around;
  const hasFlags = draft.flags.some((flags) => flags.length > 0);
  // What was pasted may hold characters that nobody sees; files with such characters are refused.
  const note = dropHidden(draft.note).trim();
  const group = dropHidden(around.group);
  return {
    prompt: item.prompt,
    answers: item.answers.map(({ text }) => text),
    ended: item.answers.map(({ ended }) => ended),
    ranks: skipped === undefined ? ranksOf(draft.lanes) : draft.lanes.map(() => null),
    ...(isRating && draft.likert.some((value) => value !== null) && { likert: [...draft.likert] }),
    ...(hasFlags && { flags: draft.flags.map((flags) => [...flags]) }),
    labeler,
    ...(group !== '' && { group }),
    ...(note !== '' && { note }),
    ...(skipped !== undefined && { skipped }),
    ...(draft.isAllBad && skipped === undefined && { allBad: true }),
    seconds: Math.round(seconds * 10) / 10,
    sources: item.answers.map(({ source }) => source),
    ...(item.answers.every(({ tokens }) => tokens.length > 0) && {
      tokens: item.answers.map(({ tokens }) => [...tokens]),
    }),
  };
}

/** The draft that a label was made from, to change it again. */
export function draftOf(label: RankingLabel): RankDraft {
  const empty = emptyDraft(label.answers.length);
  return {
    lanes: label.ranks,
    likert: label.likert ?? empty.likert,
    flags: label.flags ?? empty.flags,
    isAllBad: label.allBad ?? false,
    note: label.note ?? '',
  };
}
