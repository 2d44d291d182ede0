import type { SettingKey, SettingValue } from '../../config/config';
import type { MetricKey } from '../../metrics/metrics';
import type { RunPlan, Stage } from '../../worker/protocol';
import type { Route } from '../state/route';

/** What a made-up labeler likes, and nothing else. */
export type Taste = 'shortest' | 'longest';

/** One way to break a run that shows its symptom soon. */
export interface Breakage {
  id: string;
  plan: RunPlan;
  route: Route;
  settings: Partial<Record<SettingKey, SettingValue>>;
  /** One person with this taste ranks for the reward model, in place of everybody else. */
  taste?: Taste;
  /** What to look at, and after how many steps of which stage it can be seen. */
  watch: { stage: Stage; metrics: readonly MetricKey[]; steps: number };
}

export interface BreakageWords {
  title: string;
  /** What is changed. */
  change: string;
  /** What will be seen, as measured. */
  symptom: string;
  why: string;
  /** What repairs it. */
  fix: string;
}
