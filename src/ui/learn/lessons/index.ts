import type { Lesson } from '../lessonTypes';
import { demonstrations } from './demonstrations';
import { gae } from './gae';
import { hacking } from './hacking';
import { instructions } from './instructions';
import { leash } from './leash';
import { ranking } from './ranking';
import { reward } from './reward';
import { tax } from './tax';
import { whom } from './whom';

/** All lessons in the order in which a newcomer takes them. */
export const LESSONS = [instructions, demonstrations, ranking, reward, leash, gae, hacking, tax, whom] as const;

export type LessonId = (typeof LESSONS)[number]['id'];

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id);
}
