import type { MetricKey } from '../metrics/metrics';
import type { PhaseFrame } from './ppoPhases';

export const STAGES = ['pretrain', 'sft', 'rm', 'ppo'] as const;
export type Stage = (typeof STAGES)[number];

export type Metrics = Partial<Record<MetricKey, number>>;

export interface MetricsRow {
  step: number;
  metrics: Metrics;
}

/**
 * What a stage yields after every step. Losses collect on the device, so `rows` is empty on most steps and holds several
 * when they have been read.
 */
export interface StepReport {
  stage: Stage;
  /** Steps finished, 1-based. */
  step: number;
  totalSteps: number;
  rows: MetricsRow[];
  /** Tokens that went through this step, padding not counted. */
  tokens: number;
  /** Answers sampled so far (PPO). */
  episodes: number;
  /** Long work inside a step in words: "sampling answers to rank, 512 of 12,000". */
  activity?: string;
  /** A stop inside a step, which is not finished then; see `PhaseWatch`. */
  frame?: PhaseFrame;
}

/** Wraps a stop inside a step for the loop's caller. */
export type Announce = (frame: PhaseFrame) => StepReport;

/** A stage: yields a report per step, returns what it made. The caller pauses, steps, saves and stops by (not) asking on. */
export type StageLoop<Result> = AsyncGenerator<StepReport, Result>;
