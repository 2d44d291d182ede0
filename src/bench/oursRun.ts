/** Iterations of PPO and whole runs of the pipeline, from the shipped models; and where stock operations start from the same. */
import { resolveConfig, type Config } from '../config/config';
import { DeviceError } from '../config/errors';
import { stream } from '../data/random';
import { disposeModel, type Gpt } from '../nn/gpt';
import { loadShipped, TOKENIZER_PATH, type AssetReader, type ShippedModel } from '../pipeline/assets';
import { Passes } from '../pipeline/passes';
import { startPpoState, type PpoData } from '../pipeline/ppo';
import { createRun, disposeRun, runStage, shapeOf, type Run } from '../pipeline/run';
import { sampleBatch } from '../pipeline/sampling';
import { ppoNumbers } from './ppoNumbers';
import type { Bout } from './side';
import { prepareStockPpo } from './stockPpo';
import type { PipelineTask, PpoTask } from './task';

type Overrides = Parameters<typeof resolveConfig>[0]['overrides'];

async function startRun(preset: 'nano' | 'small', overrides: Overrides, read: AssetReader) {
  const config = resolveConfig({ version: 1, preset, recipe: 'proven', overrides });
  const run = createRun(config, new TextDecoder().decode(await read(TOKENIZER_PATH)));
  const load = (name: ShippedModel) => loadShipped(read, preset, name, shapeOf(config), run.curriculum.fingerprint);
  return { run, load };
}

/** Without the iterations in which the value network learns alone: both networks learn from the first one on. */
export async function startPpoRun({ preset, ptxCoef }: PpoTask, read: AssetReader) {
  const { run, load } = await startRun(preset, { 'ppo.ptxCoef': ptxCoef, 'ppo.valueWarmup': 0 }, read);
  const [sft, rewardModel] = [await load('sft'), await load('rm')];
  Object.assign(run.models, { sft, rewardModel });
  return { run, models: { sft, rewardModel } };
}

async function preparePpo(task: PpoTask, read: AssetReader): Promise<Bout> {
  const { run } = await startPpoRun(task, read);
  const loop = runStage(run, 'ppo');
  let newest: number[] = [];
  return {
    async work() {
      const { done, value } = await loop.next();
      if (done) throw new DeviceError('bench: PPO has come to its last iteration; ask for fewer repetitions.');
      newest = ppoNumbers(value.rows[0].metrics);
    },
    result: () => Promise.resolve(newest),
    dispose: () => disposeRun(run),
  };
}

/**
 * The same iterations for stock operations: from the same models and prompts and, in the iteration that is compared, from
 * the answers that this program samples in its first one.
 */
export async function prepareStockRun(task: PpoTask, read: AssetReader): Promise<Bout> {
  const { run, models } = await startPpoRun(task, read);
  const { config } = run;
  const state = startPpoState(models, config);
  const data = run.curriculum.ppoData();
  const answers = await firstAnswers(state.policy, data, config);
  const { policy, valueModel } = state;
  const bout = prepareStockPpo({
    models: { policy, valueModel, reference: models.sft, rewardModel: models.rewardModel },
    data,
    answers,
    config,
  });
  return {
    ...bout,
    dispose() {
      bout.dispose();
      disposeModel(policy);
      disposeModel(valueModel);
      disposeRun(run);
    },
  };
}

/** What the first iteration of PPO samples. */
export function firstAnswers(policy: Gpt, data: Pick<PpoData, 'prompts'>, config: Config): Promise<number[][]> {
  const seed = config['run.seed'];
  const chosen = new Passes(data.prompts.length, stream(seed, 'ppo/prompts')).take(config['ppo.batchSize']);
  const prompts = chosen.map((index) => data.prompts[index]);
  return sampleBatch(
    policy,
    prompts,
    {
      responseLength: config['sampling.responseLength'],
      temperature: config['sampling.temperature'],
      seed,
      stream: 'ppo/rollout/1',
    },
    0,
  );
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
      const { run, load } = await startRun(task.preset, {}, read);
      newest = run;
      run.models.base = await load('base');
      await finish(run);
    },
    // Nothing is compared: nobody else runs it.
    result: () => Promise.resolve([]),
    dispose: () => newest && disposeRun(newest),
  };
}

/** @param read where shipped models are found */
export function prepareRun(task: PpoTask | PipelineTask, read: AssetReader): Promise<Bout> {
  return task.kind === 'ppo' ? preparePpo(task, read) : preparePipeline(task, read);
}
