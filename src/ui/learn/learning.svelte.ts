import { DeskRefusal } from '../desk/deskLink';
import { readListPreference, writePreference } from '../state/preferences';
import type { Answer } from './lessonTypes';

const STORED = 'lessons';
const DONE = 'done';

/** A lesson and the step of it that is open, as the address has it. */
export interface OpenLesson {
  id: string;
  at: number;
}

/** Where the open lesson is kept: the address of the page. */
export interface LessonPlace {
  get(): OpenLesson | null;
  set(lesson: OpenLesson | null): void;
}

/** What this visitor has learnt so far: remembered on this device, apart from answers, which last as long as the tab. */
export class Learning {
  #place: LessonPlace;
  /** Lesson to its furthest step, or to `done`. */
  #progress = $state.raw<Readonly<Record<string, string>>>(readProgress());
  #answers = $state.raw<Readonly<Record<string, Answer>>>({});
  /** Steps whose condition held once: changing a setting back takes nothing away. */
  #reached = $state.raw<readonly string[]>([]);
  isFolded = $state(false);
  /** Labels for a breakage are being collected. */
  isBreaking = $state(false);
  /** Why they could not be. */
  breakFailure = $state<string | null>(null);

  constructor(place: LessonPlace) {
    this.#place = place;
  }

  get open(): OpenLesson | null {
    return this.#place.get();
  }

  start(id: string, at = 0): void {
    this.isFolded = false;
    this.#place.set({ id, at });
    this.#remember(id, at);
  }

  close(): void {
    this.#place.set(null);
  }

  /** Moves to a step of the open lesson. */
  goTo(at: number): void {
    const { open } = this;
    if (open === null) return;
    this.#place.set({ ...open, at });
    this.#remember(open.id, at);
  }

  finish(id: string): void {
    this.#store({ ...this.#progress, [id]: DONE });
  }

  /** Runs what a breakage has to prepare, and keeps the refusal for the card. */
  async whileBreaking(action: () => Promise<void>): Promise<void> {
    this.isBreaking = true;
    this.breakFailure = null;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      this.breakFailure = error.message;
    } finally {
      this.isBreaking = false;
    }
  }

  isFinished(id: string): boolean {
    return this.#progress[id] === DONE;
  }

  /** The furthest step opened, 0-based; null for a lesson never opened, or finished. */
  furthest(id: string): number | null {
    const stored = this.#progress[id];
    return stored === undefined || stored === DONE ? null : Number(stored);
  }

  answer(lesson: string, step: string): Answer | undefined {
    return this.#answers[`${lesson}/${step}`];
  }

  /** Without an answer the question is open again. */
  setAnswer(lesson: string, step: string, answer: Answer | undefined): void {
    const { [`${lesson}/${step}`]: _old, ...rest } = this.#answers;
    this.#answers = answer === undefined ? rest : { ...rest, [`${lesson}/${step}`]: answer };
  }

  hasReached(lesson: string, step: string): boolean {
    return this.#reached.includes(`${lesson}/${step}`);
  }

  markReached(lesson: string, step: string): void {
    if (!this.hasReached(lesson, step)) this.#reached = [...this.#reached, `${lesson}/${step}`];
  }

  #remember(id: string, at: number): void {
    if (this.isFinished(id) || (this.furthest(id) ?? -1) >= at) return;
    this.#store({ ...this.#progress, [id]: String(at) });
  }

  #store(progress: Readonly<Record<string, string>>): void {
    this.#progress = progress;
    const words = Object.entries(progress).map(([id, at]) => `${id}=${at}`);
    writePreference(STORED, words.join(' '));
  }
}

function readProgress(): Record<string, string> {
  const words = (readListPreference(STORED) ?? []).map((word) => word.split('='));
  const isKnown = ([id, at]: string[]) => id !== '' && (at === DONE || Number.isInteger(Number(at)));
  return Object.fromEntries(words.filter((word) => word.length === 2 && isKnown(word)));
}
