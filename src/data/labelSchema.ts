/** The schema of one line of a label file. Everything that comes from a file passes through it. */
import * as v from 'valibot';
import { findHidden } from '../config/hiddenText';
import { ANSWERS_PER_PROMPT, FLAGS, SKIP_REASONS, type FlagId, type SkipReason } from '../config/labelling';
import type { DemonstrationLabel, RankingLabel } from './labels';

/** Sizes above which a line is not believed to be a label. Characters, but for `tokens` and `seconds`. */
export const LABEL_LIMITS = {
  text: 4000,
  name: 80,
  note: 2000,
  tokens: 1024,
  tokenId: 65535,
  seconds: 86_400,
} as const;

/** What a field must be, and what to do about one that is not. Keys are those of the labels. */
export interface FieldRule {
  readonly expected: string;
  readonly remedy: string;
}

const perAnswer = 'one entry per answer';
const text = `text of at most ${LABEL_LIMITS.text} characters`;
const name = `a name of 1 to ${LABEL_LIMITS.name} characters`;

/** Fields of either kind of line. */
export const FIELD_RULES: Readonly<Record<keyof RankingLabel | keyof DemonstrationLabel, FieldRule>> = {
  prompt: { expected: `${text}, not empty`, remedy: 'Put in the prompt that was shown.' },
  answers: {
    expected: `a list of ${ANSWERS_PER_PROMPT.min} to ${ANSWERS_PER_PROMPT.max} texts of at most ${LABEL_LIMITS.text} characters`,
    remedy: 'Put in all answers that were shown.',
  },
  ended: { expected: `${perAnswer}, true or false`, remedy: 'Correct the list or leave it out.' },
  ranks: {
    expected: `${perAnswer}: a whole number from 0 (best) to 8, or null when not ranked`,
    remedy: 'Give every answer a rank or null.',
  },
  likert: { expected: `${perAnswer}: 1 to 7, or null when not rated`, remedy: 'Correct the list or leave it out.' },
  flags: {
    expected: `${perAnswer}: a list of different flags among ${FLAGS.map(({ id }) => id).join(', ')}`,
    remedy: 'Correct the list or leave it out.',
  },
  labeler: { expected: name, remedy: 'Say who judged; a nickname will do.' },
  group: { expected: name, remedy: 'Correct it or leave it out.' },
  note: { expected: `text of at most ${LABEL_LIMITS.note} characters`, remedy: 'Shorten it or leave it out.' },
  skipped: {
    expected: `one of ${SKIP_REASONS.map(({ id }) => id).join(', ')}`,
    remedy: 'Choose one, or leave it out when the answers were ranked.',
  },
  allBad: { expected: 'true or false', remedy: 'Correct it or leave it out.' },
  seconds: { expected: `a number from 0 to ${LABEL_LIMITS.seconds}`, remedy: 'Correct it or leave it out.' },
  sources: { expected: `${perAnswer}: ${name}`, remedy: 'Correct the list or leave it out.' },
  tokens: {
    expected: `${perAnswer}: at most ${LABEL_LIMITS.tokens} token ids from 0 to ${LABEL_LIMITS.tokenId}`,
    remedy: 'Correct the list or leave it out; the texts are enough.',
  },
  completion: { expected: `${text}, not empty`, remedy: 'Put in the answer that was written.' },
  source: { expected: 'written, fixed or example', remedy: 'Say where the answer comes from.' },
};

/** Text in which everything can be seen. */
const visibleSchema = (max: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max),
    v.check((value) => findHidden(value) === null),
  );
const textSchema = visibleSchema(LABEL_LIMITS.text);
const filledSchema = v.pipe(textSchema, v.nonEmpty());
const nameSchema = v.pipe(visibleSchema(LABEL_LIMITS.name), v.nonEmpty());
const wholeSchema = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
const listSchema = <S extends v.GenericSchema>(item: S) =>
  v.pipe(v.array(item), v.minLength(ANSWERS_PER_PROMPT.min), v.maxLength(ANSWERS_PER_PROMPT.max));
const flagSchema = v.picklist(FLAGS.map(({ id }): FlagId => id));

/** Fields that are lists with one entry per answer. */
export const PER_ANSWER = ['ended', 'ranks', 'likert', 'flags', 'sources', 'tokens'] as const;

/** A line with a ranking; that all lists are equally long is for the reader to check. */
export const rankingSchema = v.strictObject({
  prompt: filledSchema,
  answers: listSchema(textSchema),
  ended: v.optional(listSchema(v.boolean())),
  ranks: listSchema(v.nullable(wholeSchema(ANSWERS_PER_PROMPT.max - 1))),
  likert: v.optional(listSchema(v.nullable(v.picklist([1, 2, 3, 4, 5, 6, 7])))),
  flags: v.optional(
    listSchema(
      v.pipe(
        v.array(flagSchema),
        v.check((flags) => new Set(flags).size === flags.length),
      ),
    ),
  ),
  labeler: nameSchema,
  group: v.optional(nameSchema),
  note: v.optional(visibleSchema(LABEL_LIMITS.note)),
  skipped: v.optional(v.picklist(SKIP_REASONS.map(({ id }): SkipReason => id))),
  allBad: v.optional(v.boolean()),
  seconds: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(LABEL_LIMITS.seconds))),
  sources: v.optional(listSchema(nameSchema)),
  tokens: v.optional(listSchema(v.pipe(v.array(wholeSchema(LABEL_LIMITS.tokenId)), v.maxLength(LABEL_LIMITS.tokens)))),
});

/** A line with a demonstration. */
export const demonstrationSchema = v.strictObject({
  prompt: filledSchema,
  completion: filledSchema,
  labeler: nameSchema,
  source: v.picklist(['written', 'fixed', 'example']),
});
