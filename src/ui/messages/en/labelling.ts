import { FLAGS, LIKERT, SKIP_REASONS, type FlagId, type Likert, type SkipReason } from '../../../config/labelling';
import { area } from '../words.svelte';

type Words = Record<`flag_${FlagId}` | `means_${FlagId}` | `skip_${SkipReason}` | `likert_${Likert}`, string>;

/** Words of the labelling tables. English is theirs; other languages have the same keys. */
const english = Object.fromEntries([
  ...FLAGS.flatMap(({ id, label, definition }) => [
    [`flag_${id}`, label],
    [`means_${id}`, definition],
  ]),
  ...SKIP_REASONS.map(({ id, label }) => [`skip_${id}`, label]),
  ...LIKERT.map(({ value, label }) => [`likert_${value}`, label]),
]) as Words;

export const labelling = area('labelling', english);
