/** A run that was rehearsed compiles nothing in its first step, and one after another compiles nothing at all. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config';
import { watchCompiles, type CompileProgress } from '../../src/kernels/compileFor';
import { startEngine } from '../../src/kernels/device';
import { settleCompiles } from '../../src/kernels/pipelines';
import type { WebGPUInternals } from '../../src/kernels/webgpuBackend';
import { initialiseGpt } from '../../src/nn/initialise';
import { rehearseStage } from '../../src/pipeline/rehearsal';
import { createRun, disposeRun, runStage, shapeOf } from '../../src/pipeline/run';
import { tinySettings } from '../support/tinySettings';

/** Counts the pipelines that a device is asked for from now on. */
function countPipelines(): () => number {
  const { device } = tf.backend() as unknown as WebGPUInternals;
  let count = 0;
  const { createComputePipeline, createComputePipelineAsync } = device;
  device.createComputePipeline = (descriptor) => (count++, createComputePipeline.call(device, descriptor));
  device.createComputePipelineAsync = (descriptor) => (count++, createComputePipelineAsync.call(device, descriptor));
  return () => count;
}

it('leaves nothing to compile for a first step, and nothing on the device', { timeout: 600_000 }, async () => {
  await startEngine('webgpu');
  const config = resolveConfig(tinySettings);
  const tokenizer = await (await fetch('/tokenizer.json')).text();
  const compiled = countPipelines();
  const before = tf.memory().numTensors;

  let asked = 0;
  await rehearseStage(config, tokenizer, 'sft', () => Promise.resolve(void asked++));
  const rehearsed = compiled();
  expect(asked, 'looks at the models, before and after').toBe(2);
  expect(rehearsed, 'pipelines of a step').toBeGreaterThan(15);
  expect(tf.memory().numTensors).toBe(before);
  await settleCompiles();

  const progress: CompileProgress[] = [];
  watchCompiles((news) => progress.push(news));
  for (const _ of ['a first run', 'a second one']) {
    const run = createRun(config, tokenizer);
    run.models.base = initialiseGpt(shapeOf(config), () => 0.01);
    const loop = runStage(run, 'sft');
    const { value } = await loop.next();
    expect(value?.rows[0].metrics['sft/loss'], 'the first step is read at once').toBeGreaterThan(0);
    expect(compiled() - rehearsed).toBe(0);
    await loop.return(undefined);
    disposeRun(run);
  }
  expect(progress, 'nobody waits').toEqual([]);
  watchCompiles(undefined);
});
