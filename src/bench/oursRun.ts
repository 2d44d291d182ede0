/** Iterations of PPO and whole runs of the pipeline, from the shipped models. */
import { resolveConfig } from '../config/config';
import { DeviceError } from '../config/errors';
import { loadShipped, TOKENIZER_PATH, type AssetReader, type ShippedModel } from '../pipeline/assets';
import { createRun, disposeRun, runStage, shapeOf, type Run } from '../pipeline/run';
import type { Bout } from './side';
import type { PipelineTask, PpoTask } from './task';

async function startRun({ preset, ptxCoef = 0 }: { preset: 'nano' | 'small'; ptxCoef?: number }, read: AssetReader) {
  const config = resolveConfig({ version: 1, preset, recipe: 'proven', overrides: { 'ppo.ptxCoef': ptxCoef } });
  const run = createRun(config, new TextDecoder().decode(await read(TOKENIZER_PATH)));
  const load = (name: ShippedModel) => loadShipped(read, preset, name, shapeOf(config), run.curriculum.fingerprint);
  return { run, load };
}

/** Nothing is compared here: sides that are not this program have other models, prompts and random numbers. */
const nothing = () => Promise.resolve([]);

async function preparePpo(task: PpoTask, read: AssetReader): Promise<Bout> {
  const { run, load } = await startRun(task, read);
  run.models.sft = await load('sft');
  run.models.rewardModel = await load('rm');
  const loop = runStage(run, 'ppo');
  return {
    async work() {
      const { done } = await loop.next();
      if (done) throw new DeviceError('bench: PPO has come to its last iteration; ask for fewer repetitions.');
    },
    result: nothing,
    dispose: () => disposeRun(run),
  };
}

async function finish(run: Run): Promise<void> {
  for (const stage of ['sft', 'rm', 'ppo'] as const) {
    const loop = runStage(run, stage);
    while (!(await loop.next()).done);
  }
}

async function preparePipeline(task: PipelineTask, read: AssetReader): Promise<Bout> {
  let newest: Run | null = null;
  return {
    async work() {
      if (newest) disposeRun(newest);
      const { run, load } = await startRun(task, read);
      newest = run;
      run.models.base = await load('base');
      await finish(run);
    },
    result: nothing,
    dispose: () => newest && disposeRun(newest),
  };
}

/** @param read where shipped models are found */
export function prepareRun(task: PpoTask | PipelineTask, read: AssetReader): Promise<Bout> {
  return task.kind === 'ppo' ? preparePpo(task, read) : preparePipeline(task, read);
}
