import type { SettingKey } from '../../config/config';
import type { MetricKey } from '../../metrics/metrics';
import type { Stage } from '../../worker/protocol';
import type { AppState } from '../state/app.svelte';
import type { Route } from '../state/route';
import type { Before, Situation } from './situation';
import type { RegionName } from './targets';

/** What a step points at: a control of a setting, a chart of a metric, or a region of a screen. */
export type Target = `control:${SettingKey}` | `chart:${MetricKey}` | `region:${RegionName}`;

/** One of several statements; which of them came true may only show later. */
export interface ChoiceQuestion {
  kind: 'choice';
  options: readonly string[];
  /** The option that came true, or null while nobody can know. */
  outcome: (now: Situation) => string | null;
}

/** A curve to be drawn before it is measured. */
export interface LineQuestion {
  kind: 'line';
  stage: Stage;
  metric: MetricKey;
  /** First and last step of the drawing. */
  steps: readonly [number, number];
  /** Lowest and highest value of the drawing; measured points beyond it stretch the axis. */
  range: readonly [number, number];
}

/** Numbers to be worked out. Each has to be right, within half a unit of its last decimal or `tolerance`, to go on. */
export interface NumberQuestion {
  kind: 'number';
  parts: readonly { id: string; digits: number; tolerance: number; value: (now: Situation) => number | null }[];
}

export type Question = ChoiceQuestion | LineQuestion | NumberQuestion;

/** An answer of the learner: an option, the drawn values at equal distances, or numbers by part. */
export type Answer = string | readonly number[] | Readonly<Record<string, number>>;

export interface Step {
  id: string;
  /** The screen where the step happens; the card offers to go there. */
  place?: { route: Route; detail?: string };
  target?: Target;
  /** TeX. */
  formula?: string;
  question?: Question;
  /** An earlier step of this lesson whose answer is shown here beside what happened. */
  compare?: string;
  /** Whether the learner has done it. Without a condition, reading is enough; a question has to be answered anyway. */
  isDone?: (now: Situation, before: Before) => boolean;
  /** Does it for the learner. A question is answered by the card itself. */
  doIt?: (app: AppState) => void | Promise<void>;
}

export interface Lesson {
  id: string;
  minutes: number;
  /** Lessons that should come first. */
  needs: readonly string[];
  steps: readonly Step[];
}

/** The words of one step. Rich text: `*strong*`, `[links](address)`. */
export interface StepWords {
  title: string;
  text: string;
  /** The options of a choice, or the labels of the numbers, by id. */
  options?: Readonly<Record<string, string>>;
  /** What to say once the answer is known. */
  reveal?: string;
}

/** What a teacher needs beside the lesson, for the printed page. */
export interface TeacherWords {
  /** What people should be able to say afterwards. */
  goal: string;
  /** Questions for the room, with what to listen for. */
  questions: readonly { ask: string; listen: string }[];
  /** Numbers to expect, with the preset they were measured on. */
  expect: readonly string[];
  /** What to do on devices without WebGPU, or without network. */
  without: string;
}

export interface LessonWords<StepId extends string = string> {
  title: string;
  /** The question the lesson answers, in one sentence. */
  question: string;
  /** What a model of this size can and cannot show about it. */
  size: string;
  steps: Readonly<Record<StepId, StepWords>>;
  teacher: TeacherWords;
}

/** Words for every step of a lesson: a missing one is a type error. */
export type WordsOf<L extends Lesson> = LessonWords<L['steps'][number]['id']>;
