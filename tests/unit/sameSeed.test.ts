import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config';
import { startEngine } from '../../src/kernels/device';
import { modelValues } from '../../src/nn/checkpoint';
import { completePrompts } from '../../src/pipeline/completions';
import type { MetricsRow } from '../../src/pipeline/report';
import { disposeRun, livePolicies, runStage, type Run } from '../../src/pipeline/run';
import { finish, tinyRun } from '../support/tinyRun';

/** Everything that draws random numbers is on: dropout, the pretraining mix, an average beside the policy. */
const changes: Partial<Config> = { 'sft.dropout': 0.1, 'ppo.ptxCoef': 0.5, 'ppo.ptxBatchSize': 2, 'ppo.emaDecay': 0.9 };

interface Outcome {
  rows: MetricsRow[];
  weights: Awaited<ReturnType<typeof modelValues>>;
}

async function outcomeOf(run: Run, play: (run: Run) => Promise<MetricsRow[]>): Promise<Outcome> {
  const rows = await play(run);
  const weights = await modelValues(run.models.policy!.parameters);
  disposeRun(run);
  return { rows, weights };
}

const straight = (run: Run) => finish(run, 'sft', 'rm', 'ppo');

/** Answers the board's prompts after every step, as the page does. */
async function watched(run: Run): Promise<MetricsRow[]> {
  const rows: MetricsRow[] = [];
  for (const stage of ['sft', 'rm', 'ppo'] as const) {
    for await (const report of runStage(run, stage)) {
      rows.push(...report.rows);
      for (const model of Object.values(livePolicies(run))) {
        await completePrompts(run, model, run.curriculum.pinnedPrompts().slice(0, 1), `${rows.length}`);
      }
    }
  }
  return rows;
}

describe.each(['cpu', 'wasm'] as const)('a run on %s', (engine) => {
  let first: Outcome;

  beforeAll(async () => {
    await startEngine(engine);
    first = await outcomeOf(tinyRun(changes), straight);
  }, 60_000);

  it('reports every stage', () => {
    const keys = first.rows.flatMap((row) => Object.keys(row.metrics));
    for (const key of ['sft/loss', 'rm/loss', 'objective/kl', 'loss/ptx']) expect(keys).toContain(key);
  });

  it('gives the same bits again from the same seed', async () => {
    expect(await outcomeOf(tinyRun(changes), straight)).toEqual(first);
  });

  it('gives the same bits when it is watched', async () => {
    expect(await outcomeOf(tinyRun(changes), watched)).toEqual(first);
  });

  it('gives other numbers from another seed', async () => {
    const other = await outcomeOf(tinyRun({ ...changes, 'run.seed': 2 }), straight);
    expect(other.rows).not.toEqual(first.rows);
  });
});
