import type { Collapse, CollapseSign } from '../../metrics/collapse';
import { diagnosis as words } from '../messages/en/diagnosis';

/** What a sign of collapse is called: as a title, as a sentence, beside a line in a chart. */
export const COLLAPSE_WORDS: Record<
  CollapseSign,
  { title: () => string; sentence: (numbers: { step: number; share: string }) => string; mark: () => string }
> = {
  'collapse/empty': { title: words.empty, sentence: words.emptyWords, mark: words.emptyMark },
  'collapse/identical': { title: words.identical, sentence: words.identicalWords, mark: words.identicalMark },
  'collapse/repeats': { title: words.repeats, sentence: words.repeatsWords, mark: words.repeatsMark },
  'collapse/unended': { title: words.unended, sentence: words.unendedWords, mark: words.unendedMark },
};

/** The update at which each collapse began, with the names of its signs. */
export function collapseLabels(collapses: readonly Collapse[]): { step: number; label: string }[] {
  const names = new Map<number, string[]>();
  for (const { sign, from } of collapses) names.set(from, [...(names.get(from) ?? []), COLLAPSE_WORDS[sign].mark()]);
  return [...names].map(([step, marks]) => ({ step, label: marks.join(', ') }));
}
