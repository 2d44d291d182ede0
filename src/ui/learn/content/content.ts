import type { Language } from '../../messages/words.svelte';
import type { BreakageWords } from '../breakTypes';
import type { BreakageId } from '../breakages';
import type { LessonWords } from '../lessonTypes';
import type { LessonId } from '../lessons';

/** One block of the workshop. */
export interface WorkshopBlock {
  minutes: number;
  title: string;
  text: string;
  /** Lesson of the block, if it is one. */
  lesson: LessonId | null;
}

export interface WorkshopWords {
  title: string;
  lead: string;
  before: readonly string[];
  blocks: readonly WorkshopBlock[];
  without: readonly { title: string; text: string }[];
}

/** Everything that is read in lessons, in one language. */
export interface LearnContent {
  lessons: Readonly<Record<LessonId, LessonWords>>;
  breakages: Readonly<Record<BreakageId, BreakageWords>>;
  workshop: WorkshopWords;
}

const LOADERS: Record<Language, () => Promise<{ default: LearnContent }>> = {
  en: () => import('./en'),
  de: () => import('./de'),
};
const loaded: Partial<Record<Language, Promise<LearnContent>>> = {};

/** Fetched when the first lesson is opened, one language at a time. */
export function loadContent(language: Language): Promise<LearnContent> {
  return (loaded[language] ??= LOADERS[language]().then((module) => module.default));
}
