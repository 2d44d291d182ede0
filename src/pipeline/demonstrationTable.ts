import { trainingDemonstrations } from './contributions';
import type { Run } from './run';

/** One demonstration as SFT sees it: tokens that are read, then tokens that carry the loss. */
export interface DemonstrationRow {
  /** Where it stands in the list. */
  index: number;
  prompt: string[];
  answer: string[];
  /** Written by people at the desk, or an example of the world. */
  source: 'people' | 'example';
}

export interface DemonstrationPage {
  total: number;
  from: number;
  rows: DemonstrationRow[];
}

/** A part of what SFT learns from, in the order of the list; what people wrote comes first. */
export function demonstrationPage(run: Run, from: number, count: number): DemonstrationPage {
  const { curriculum, config, contributions } = run;
  const all = trainingDemonstrations(curriculum, config, contributions);
  const examples = new Set(curriculum.sft.train);
  const texts = (ids: readonly number[]) => ids.map((id) => curriculum.tokenText(id));
  const rows = all.slice(from, from + count).map((item, i): DemonstrationRow => ({
    index: from + i,
    prompt: texts(item.prompt),
    answer: texts(item.response),
    source: examples.has(item) ? 'example' : 'people',
  }));
  return { total: all.length, from, rows };
}
