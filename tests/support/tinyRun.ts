/** A run in the smallest size, without a session. */
import { readFileSync } from 'node:fs';
import { resolveConfig, type Config } from '../../src/config/config';
import { initialiseGpt } from '../../src/nn/initialise';
import type { MetricsRow, Stage } from '../../src/pipeline/report';
import { createRun, runStage, shapeOf, type Run } from '../../src/pipeline/run';
import type { RunIdentity, RunProgress } from '../../src/pipeline/snapshot';
import { normals } from './numbers';
import { tinyOverrides, tinySettings } from './tinySettings';

export { tinyOverrides, tinySettings };

const tokenizer = readFileSync('public/tokenizer.json', 'utf8');

/** What a snapshot of a tiny run says about it beside its numbers. @param stages that are not finished */
export function tinyIdentity(stages: Stage[]): RunIdentity & RunProgress {
  const at = { stage: null, step: 0, totalSteps: 0, episodes: 0, seconds: 0 };
  const origin = { runId: 'tiny', parent: null, plan: 'scratch' as const, settings: tinySettings, changes: [] };
  return { ...origin, stages, at, summary: {} };
}

/** A run with a base model far from the usual start, so that answers differ. Changes are not checked against the limits of the forms. */
export function tinyRun(changes: Partial<Config> = {}): Run {
  const config = {
    ...resolveConfig(tinySettings),
    ...changes,
  };
  const run = createRun(config, tokenizer);
  const numbers = normals(20_000, 3, 1);
  let next = 0;
  run.models.base = initialiseGpt(shapeOf(config), () => numbers[next++]);
  return run;
}

/** Runs stages to their end. @returns every row of metrics, in order */
export async function finish(run: Run, ...stages: Stage[]): Promise<MetricsRow[]> {
  const rows: MetricsRow[] = [];
  for (const stage of stages) for await (const report of runStage(run, stage)) rows.push(...report.rows);
  return rows;
}
