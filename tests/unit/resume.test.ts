/** A run taken down at any step and built again gives the same bits as one that never stopped. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config';
import { stream } from '../../src/data/random';
import { startEngine } from '../../src/kernels/device';
import { modelValues } from '../../src/nn/checkpoint';
import { completePrompts } from '../../src/pipeline/completions';
import type { MetricsRow, Stage } from '../../src/pipeline/report';
import { restoreRun } from '../../src/pipeline/restore';
import { disposeRun, livePolicies, runStage, type Run } from '../../src/pipeline/run';
import { snapshotRun, type FrozenValues, type RunSnapshot } from '../../src/pipeline/snapshot';
import { tinyIdentity, tinyRun } from '../support/tinyRun';

const tokenizer = readFileSync('public/tokenizer.json', 'utf8');
const STAGES: Stage[] = ['pretrain', 'sft', 'rm', 'ppo'];

/** Everything that carries something from step to step is on. */
const changes: Partial<Config> = {
  'sft.dropout': 0.1,
  'ppo.ptxCoef': 0.5,
  'ppo.ptxBatchSize': 2,
  'ppo.emaDecay': 0.9,
  'ppo.klControl': 'adaptive',
  'ppo.iterations': 5,
  'data.demonstrations': 20,
};

type Weights = Record<string, Awaited<ReturnType<typeof modelValues>>>;
interface Outcome {
  /** Metrics by stage and step, as a chart would hold them. */
  metrics: Record<string, MetricsRow['metrics']>;
  weights: Weights;
  /** Reports in all. */
  reports: number;
}

/** What storage does to a snapshot: JSON, and bytes of its own. */
function throughStorage({ manifest, tensors }: RunSnapshot): RunSnapshot {
  return {
    manifest: JSON.parse(JSON.stringify(manifest)) as RunSnapshot['manifest'],
    tensors: tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })),
  };
}

async function weightsOf(run: Run): Promise<Weights> {
  const weights: Weights = {};
  for (const [name, model] of Object.entries(run.models)) weights[name] = await modelValues(model.parameters);
  return weights;
}

/**
 * Plays all stages.
 * @param isCut whether the run is taken down after this report, thrown away, and built again
 * @param look what else happens then
 */
async function play(isCut: (report: number) => boolean, look?: (run: Run) => Promise<unknown>): Promise<Outcome> {
  let run = tinyRun(changes);
  const frozen: FrozenValues = new WeakMap();
  const metrics: Outcome['metrics'] = {};
  const keep = (stage: Stage, rows: readonly MetricsRow[]) => {
    for (const { step, metrics: row } of rows) metrics[`${stage} ${step}`] = { ...metrics[`${stage} ${step}`], ...row };
  };
  let reports = 0;
  for (const [i, stage] of STAGES.entries()) {
    let loop = runStage(run, stage);
    for (let next = await loop.next(); !next.done; next = await loop.next()) {
      keep(next.value.stage, next.value.rows);
      if (!isCut(++reports)) continue;
      const taken = await snapshotRun(run, tinyIdentity(STAGES.slice(i)), frozen);
      keep(stage, taken!.rows);
      await look?.(run);
      await loop.return(undefined);
      disposeRun(run);
      run = restoreRun(throughStorage(taken!.snapshot), tokenizer);
      await look?.(run);
      loop = runStage(run, stage);
    }
  }
  const weights = await weightsOf(run);
  disposeRun(run);
  return { metrics, weights, reports };
}

describe('a resumed run on wasm', () => {
  let whole: Outcome;
  let before: number;

  beforeAll(async () => {
    await startEngine('wasm');
    whole = await play(() => false);
  }, 60_000);
  beforeEach(() => void (before = tf.memory().numTensors));

  it('passes through every stage and every part of the reward model', () => {
    const stages = new Set(Object.keys(whole.metrics).map((key) => key.split(' ')[0]));
    expect([...stages]).toEqual(STAGES);
    const keys = new Set(Object.values(whole.metrics).flatMap((row) => Object.keys(row)));
    for (const key of ['sft/rm_score', 'loss/ptx', 'objective/kl_coef']) expect(keys).toContain(key);
    expect(whole.reports).toBeGreaterThan(25);
  });

  it('gives the same bits when it is taken down after every single report', async () => {
    const cut = await play(() => true);
    expect(cut.metrics).toEqual(whole.metrics);
    expect(cut.weights).toEqual(whole.weights);
    expect(tf.memory().numTensors).toBe(before);
  }, 120_000);

  it.each([1, 2, 3])(
    'gives the same bits when it is taken down at random moments (%i)',
    async (seed) => {
      const random = stream(seed, 'test/cuts');
      const cut = await play(() => random.chance(0.2));
      expect(cut.metrics).toEqual(whole.metrics);
      expect(cut.weights).toEqual(whole.weights);
    },
    60_000,
  );

  it('is not moved by answers on the board, before or after', async () => {
    const random = stream(4, 'test/cuts');
    const ask = async (run: Run) => {
      for (const model of Object.values(livePolicies(run)))
        await completePrompts(run, model, run.curriculum.pinnedPrompts().slice(0, 1), 'board');
    };
    const cut = await play(() => random.chance(0.2), ask);
    expect(cut.metrics).toEqual(whole.metrics);
    expect(cut.weights).toEqual(whole.weights);
  }, 60_000);
});
