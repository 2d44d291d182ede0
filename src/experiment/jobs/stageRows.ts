import type { MetricKey } from '../../metrics/metrics';
import type { Metrics, MetricsRow, StageLoop, StepReport } from '../../pipeline/report';

/**
 * Runs a stage to its end.
 * @param onStep called after each step whose metrics were read
 * @returns one row per step that left metrics, in order
 */
export async function runToEnd(
  loop: StageLoop<unknown>,
  progress: (text: string) => void,
  onStep: (row: MetricsRow) => Promise<void> = async () => undefined,
): Promise<MetricsRow[]> {
  const rows = new Map<number, MetricsRow>();
  for (;;) {
    const next = await loop.next();
    if (next.done) return [...rows.values()];
    progress(describeStep(next.value));
    for (const row of next.value.rows) {
      const merged = { step: row.step, metrics: { ...rows.get(row.step)?.metrics, ...row.metrics } };
      rows.set(row.step, merged);
      await onStep(merged);
    }
  }
}

/** The values of one metric, in order, steps without it left out. */
export function series(rows: readonly MetricsRow[], key: MetricKey): { step: number; value: number }[] {
  return rows.flatMap(({ step, metrics }) => {
    const value = (metrics as Metrics)[key];
    return value === undefined ? [] : [{ step, value }];
  });
}

/** Where a stage stands, in a few words. */
export function describeStep({ stage, step, totalSteps, activity }: StepReport): string {
  return activity ?? `${stage} ${step}/${totalSteps}`;
}
