import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { DivergedError } from '../../src/config/errors';
import { startEngine } from '../../src/kernels/device';
import { modelValues } from '../../src/nn/checkpoint';
import type { Stage } from '../../src/pipeline/report';
import { disposeRun, runStage, type Run } from '../../src/pipeline/run';
import { finish, tinyRun } from '../support/tinyRun';

/** A rate no form accepts: its first update throws the weights so far out that float32 overflows in the next forward pass. */
const EXPLODING = 1e30;

/** Runs a stage until it stops by itself. */
async function stopOf(run: Run, stage: Stage): Promise<DivergedError> {
  const error: unknown = await finish(run, stage).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DivergedError);
  return error as DivergedError;
}

async function expectFinite(run: Run, name: 'base' | 'sft' | 'unfinishedRewardModel' | 'policy'): Promise<void> {
  for (const [parameter, { values }] of Object.entries(await modelValues(run.models[name]!.parameters))) {
    expect(values.every(Number.isFinite), `${name} ${parameter}`).toBe(true);
  }
}

describe.each(['cpu', 'wasm'] as const)('training that explodes on %s', (engine) => {
  beforeAll(async () => void (await startEngine(engine)));

  it.each([
    ['pretrain', 'pretrain.learningRate', 'base', [] as Stage[]],
    ['sft', 'sft.learningRate', 'sft', [] as Stage[]],
    ['rm', 'rm.learningRate', 'unfinishedRewardModel', ['sft'] as Stage[]],
    ['ppo', 'ppo.learningRate', 'policy', ['sft', 'rm'] as Stage[]],
  ] as const)('%s stops, names step and tensor, and keeps finite weights', async (stage, rate, kept, before) => {
    const run = tinyRun();
    await finish(run, ...before);
    run.config[rate] = EXPLODING;
    const error = await stopOf(run, stage);
    expect(error.stage).toBe(stage);
    expect(error.step).toBeGreaterThanOrEqual(1);
    expect(error.step).toBeLessThanOrEqual(3);
    expect(error.tensor).toMatch(/^(transformer\.|logits|loss|gradient of |score\.)/);
    expect(error.message).toContain(`${stage}: step ${error.step} `);
    expect(error.message).toContain(error.tensor);
    await expectFinite(run, kept);
    disposeRun(run);
  });

  it('applies neither the bad update nor any after it', async () => {
    // Numbers are read every five steps: steps 3, 4 and 5 run after the bad one.
    const run = tinyRun({ 'sft.epochs': 3, 'data.demonstrations': 24 });
    const { models } = run;
    const loop = runStage(run, 'sft');
    await loop.next();
    const name = 'transformer.ln_f.bias';
    const good = models.sft!.parameters[name];
    const before = await modelValues(models.sft!.parameters);
    models.sft!.parameters[name] = tf.keep(tf.fill(good.shape, NaN));
    const error: unknown = await (async () => {
      for await (const _ of loop);
    })().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ stage: 'sft', step: 2, tensor: 'transformer.ln_f' });
    models.sft!.parameters[name].dispose();
    models.sft!.parameters[name] = good;
    expect(await modelValues(models.sft!.parameters)).toEqual(before);
    disposeRun(run);
  });

  it('leaves no tensor behind, stopped or diverged', async () => {
    const before = tf.memory().numTensors;
    const run = tinyRun({ 'sft.learningRate': EXPLODING });
    await stopOf(run, 'sft');
    const stopped = runStage(run, 'sft');
    await stopped.next();
    await stopped.return(undefined);
    disposeRun(run);
    expect(tf.memory().numTensors).toBe(before);
  });
});
