export type ScheduleKind = 'constant' | 'linear' | 'cosine';

export interface Schedule {
  kind: ScheduleKind;
  peak: number;
  /** S: the step at which a falling rate reaches its end. */
  totalSteps: number;
  /** w: steps of warm-up before the peak. */
  warmupSteps: number;
  /** Share of the peak at step 0 of the warm-up. */
  startFactor?: number;
  /** Share of the peak at step S. */
  minRatio?: number;
}

/**
 * Learning rate at step s = 0..S.
 *   warm-up  peak · (f + (1 − f)·s/w)
 *   then     peak · (m + (1 − m)·shape(p)),  p = (s − w)/(S − w),  shape = 1, 1 − p or (1 + cos πp)/2
 * @source Ouyang et al. 2022, App. C.1 (cosine to 10 %), App. C.4 (constant after warm-up from 1/10)
 */
export function learningRate(schedule: Schedule, step: number): number {
  const { kind, peak, totalSteps, warmupSteps, startFactor = 0, minRatio = 0 } = schedule;
  if (step < warmupSteps) return peak * (startFactor + ((1 - startFactor) * step) / warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  const shape = kind === 'constant' ? 1 : kind === 'linear' ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2;
  return peak * (minRatio + (1 - minRatio) * shape);
}
