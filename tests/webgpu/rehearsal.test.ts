/** A run that was rehearsed compiles nothing in its first steps, and nobody waits for what was rehearsed and is not used. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { resolveConfig } from '../../src/config/config';
import { rehearse, watchCompiles, type CompileProgress } from '../../src/kernels/compileFor';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { emaUpdate } from '../../src/kernels/ema';
import { gelu } from '../../src/kernels/gelu';
import type { WebGPUInternals } from '../../src/kernels/webgpuBackend';
import { addRewardHead, initialiseGpt } from '../../src/nn/initialise';
import { rehearseLooks, rehearsePpo, rehearseSft } from '../../src/pipeline/rehearsal';
import type { StepReport } from '../../src/pipeline/report';
import { createRun, disposeRun, runStage, shapeOf, type Run } from '../../src/pipeline/run';
import { tinySettings } from '../support/tinySettings';

const config = { ...resolveConfig(tinySettings), 'ppo.valueWarmup': 1 };
let tokenizer: string;

vi.setConfig({ testTimeout: 600_000 });

beforeAll(async () => {
  await startEngine('webgpu');
  tokenizer = await (await fetch('/tokenizer.json')).text();
});
afterEach(() => vi.restoreAllMocks());

const device = () => (tf.backend() as unknown as WebGPUInternals).device;

/** Counts the pipelines that the device is asked for from now on. */
function countPipelines(): () => number {
  const spies = [vi.spyOn(device(), 'createComputePipeline'), vi.spyOn(device(), 'createComputePipelineAsync')];
  return () => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
}

const model = () => initialiseGpt(shapeOf(config), () => 0.01);

function ppoRun(): Run {
  const run = createRun(config, tokenizer, { sft: model(), rewardModel: addRewardHead(model(), () => 0.01) });
  run.watch = { isOn: false, isStale: false, tellsAnswers: true };
  return run;
}

/** Reports of a new run's first steps, and what was compiled for them. */
async function firstReports(run: Run, stage: 'sft' | 'ppo', count: number) {
  const compiled = countPipelines();
  const progress: CompileProgress[] = [];
  watchCompiles((news) => progress.push(news));
  const loop = runStage(run, stage);
  const reports: StepReport[] = [];
  while (reports.length < count) reports.push((await loop.next()).value as StepReport);
  await loop.return();
  watchCompiles(undefined);
  disposeRun(run);
  vi.restoreAllMocks();
  return { reports, compiled: compiled(), waits: progress.length };
}

it('waits for no compilation that the work at hand does not need', async () => {
  const tensor = tf.tensor1d([1, 2]);
  const hanging = vi.spyOn(device(), 'createComputePipelineAsync').mockReturnValue(new Promise(() => {}));
  const waiting = await rehearse(() => Promise.resolve(gelu(tensor).dispose()));
  expect(waiting).toHaveLength(1);
  hanging.mockRestore();
  emaUpdate(tensor, tf.tensor1d([3, 4]), 0.5);
  expect([...(await readValues(tensor))]).toEqual([2, 3]);
});

it('leaves nothing to compile for the first figures of PPO, and nothing on the device', async () => {
  const compiled = countPipelines();
  const before = tf.memory().numTensors;
  const waiting = await rehearsePpo(config, 'answers');
  const found = compiled();
  expect(found, 'pipelines of a rollout and its rewards').toBeGreaterThan(15);
  expect(tf.memory().numTensors).toBe(before);
  await Promise.all(waiting);
  vi.restoreAllMocks();
  const { reports, ...first } = await firstReports(ppoRun(), 'ppo', 1);
  expect(reports[0].rows[0].metrics['objective/scores']).toBeTypeOf('number');
  expect(first).toEqual({ compiled: 0, waits: 0 });
});

it('leaves nothing to compile for whole iterations, with the policy standing still and moving', async () => {
  await Promise.all(await rehearsePpo(config, 'updates'));
  const { reports, ...rest } = await firstReports(ppoRun(), 'ppo', 3);
  expect(reports.map(({ step }) => step)).toEqual([0, 1, 2]);
  expect(reports[2].rows[0].metrics, 'the policy has learned').toHaveProperty(['policy/grad_norm']);
  expect(rest).toEqual({ compiled: 0, waits: 0 });
});

it('leaves nothing to compile for a first step of SFT, nor for a second run', async () => {
  const before = tf.memory().numTensors;
  const waiting = await rehearseSft(config);
  expect(tf.memory().numTensors).toBe(before);
  await Promise.all(waiting);
  for (const _ of ['a first run', 'a second one']) {
    const { reports, ...first } = await firstReports(createRun(config, tokenizer, { base: model() }), 'sft', 1);
    expect(reports[0].rows[0].metrics['sft/loss'], 'the first step is read at once').toBeGreaterThan(0);
    expect(first).toEqual({ compiled: 0, waits: 0 });
  }
});

it('looks at the models of a run as well', async () => {
  const before = tf.memory().numTensors;
  const seen: string[] = [];
  const waiting = await rehearseLooks(config, tokenizer, (run) => {
    seen.push(...Object.keys(run.models));
    return Promise.resolve();
  });
  await Promise.all(waiting);
  expect(seen).toEqual(['base', 'sft', 'rewardModel', 'policy', 'valueModel']);
  expect(tf.memory().numTensors).toBe(before);
});
