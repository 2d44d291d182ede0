/**
 * Labels: what one labeler said about answers to one prompt, or wrote as an answer. People and simulated labelers use
 * exactly these types, so that everything that reads labels can read both.
 */
import type { FlagId, Likert, SkipReason } from '../config/labelling';

export { ANSWERS_PER_PROMPT, FLAGS, LIKERT, SKIP_REASONS } from '../config/labelling';
export type { FlagId, Likert, SkipReason } from '../config/labelling';

/** One labeler's judgement of the K answers to one prompt. Plain data; one line of a label file. */
export interface RankingLabel {
  readonly prompt: string;
  /** K answers, 2 to 9, without the end token. All lists below are in this order and of this length. */
  readonly answers: readonly string[];
  /** Whether the end token came before the length limit. Unknown when absent. */
  readonly ended?: readonly boolean[];
  /** 0 is best; equal ranks are ties; null was not ranked. */
  readonly ranks: readonly (number | null)[];
  /** Overall quality, 1 very poor to 7 excellent; null was not rated. */
  readonly likert?: readonly (Likert | null)[];
  readonly flags?: readonly (readonly FlagId[])[];
  /** Whoever judged: a nickname, or the id of a simulated labeler. */
  readonly labeler: string;
  /** People who share something: a cohort of simulated labelers, a class. */
  readonly group?: string;
  readonly note?: string;
  /** Present when the labeler refused to rank; then nothing is learnt from the label. */
  readonly skipped?: SkipReason;
  /** The labeler found none of the answers acceptable. The order still counts. */
  readonly allBad?: boolean;
  /** Time from showing to submitting. */
  readonly seconds?: number;
  /** Which policy wrote each answer; hidden while labelling. */
  readonly sources?: readonly string[];
  /** Token ids as they were sampled, the end token included, when known. */
  readonly tokens?: readonly (readonly number[])[];
}

/** An answer somebody wrote or corrected, to learn from in supervised fine-tuning. */
export interface DemonstrationLabel {
  readonly prompt: string;
  readonly completion: string;
  readonly labeler: string;
  /** `written` from nothing, `fixed` from a model's answer, `example` taken from the world. */
  readonly source: 'written' | 'fixed' | 'example';
}
