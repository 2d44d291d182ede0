import type { Metrics, StepReport } from '../pipeline/report';
import type { RunPlace, RunPlan } from '../pipeline/snapshot';
import type { Stage, StageState } from './protocol';

export const PLAN_STAGES: Record<RunPlan, readonly Stage[]> = {
  ppo: ['ppo'],
  all: ['sft', 'rm', 'ppo'],
  scratch: ['pretrain', 'sft', 'rm', 'ppo'],
};

/** Which stages a run still has before it, and how far it has come in the present one. */
export class StageBook {
  /** The one under way, or the newest. */
  stage: Stage | null = null;
  /** Of the newest finished step of `stage`. */
  report: StepReport | null = null;
  /** Newest metrics of `stage`. */
  summary: Metrics = {};
  readonly states: Record<Stage, StageState> = { pretrain: 'empty', sft: 'empty', rm: 'empty', ppo: 'empty' };
  #ahead: Stage[] = [];

  /** A run with these stages before it; the others are done. */
  open(ahead: readonly Stage[]): void {
    this.#ahead = [...ahead];
    this.stage = null;
    this.report = null;
    this.summary = {};
    for (const stage of Object.keys(this.states) as Stage[])
      this.states[stage] = ahead.includes(stage) ? 'ready' : 'done';
  }

  /** Goes on to the next stage. @returns null when there is none */
  next(): Stage | null {
    const stage = this.#ahead.shift() ?? null;
    if (stage === null) return null;
    this.stage = stage;
    this.report = null;
    this.summary = {};
    this.states[stage] = 'running';
    return stage;
  }

  /** Puts the book where a run stood when it was taken down. */
  standAt({ stage, step, totalSteps, episodes }: RunPlace, summary: Metrics): void {
    this.stage = stage;
    this.summary = { ...summary };
    this.report = stage && step > 0 ? { stage, step, totalSteps, episodes, rows: [], tokens: 0 } : null;
  }

  finish(): void {
    if (this.stage) this.states[this.stage] = 'done';
  }

  /** A stage that did not reach its end may be started again. */
  abandon(): void {
    if (this.stage && this.states[this.stage] === 'running') this.states[this.stage] = 'ready';
  }

  /** Replaces what lies ahead. */
  plan(ahead: readonly Stage[]): void {
    this.#ahead = [...ahead];
    for (const stage of ahead) this.states[stage] = 'ready';
  }

  /** Not finished: the one under way, then those ahead. */
  get unfinished(): Stage[] {
    const isOpen = this.stage !== null && this.states[this.stage] !== 'done';
    return isOpen ? [this.stage!, ...this.#ahead] : [...this.#ahead];
  }

  get step(): number {
    return this.report?.step ?? 0;
  }

  /** @param seconds of training in the stage */
  place(seconds: number): RunPlace {
    const { totalSteps = 0, episodes = 0 } = this.report ?? {};
    return { stage: this.stage, step: this.step, totalSteps, episodes, seconds };
  }
}
