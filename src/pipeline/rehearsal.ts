/**
 * What a run will need of the graphics card, found before there is a run: its first steps are gone through with models of
 * the right shapes and nothing in them, while nothing is computed. Compiling may then be over when somebody starts it.
 * Elsewhere than on WebGPU nothing happens here. What is compiled first is asked for first.
 */
import type { Config } from '../config/config';
import { EOS_ID } from '../data/tokenizer';
import { rehearse } from '../kernels/compileFor';
import { disposeModel, type Gpt } from '../nn/gpt';
import { addRewardHead, initialiseGpt } from '../nn/initialise';
import { demonstrationSlots, queryLimit } from './items';
import { startPpo, startPpoState, trainPpo } from './ppo';
import type { StageLoop } from './report';
import { createRun, disposeRun, shapeOf, type Run } from './run';
import { trainSft } from './sft';

const emptyModel = (config: Config): Gpt => initialiseGpt(shapeOf(config), () => 0);
const emptyRewardModel = (config: Config): Gpt => addRewardHead(emptyModel(config), () => 0);

/** A prompt of the greatest length. It needs no world, so that programs compile while the world is still being made. */
function emptyPrompt(config: Config): number[] {
  return new Array<number>(queryLimit(shapeOf(config), config['sampling.responseLength'])).fill(EOS_ID);
}

/** Up to a number of reports, or to the end. */
async function goThrough(loop: StageLoop<void>, reports: number): Promise<void> {
  for (let i = 0; i < reports; i++) if ((await loop.next()).done) break;
  await loop.return();
}

/**
 * Starts compiling what an iteration of PPO dispatches.
 * @param until the rollout and its rewards, which is where a run has first figures to show; or the updates too, those in
 * which the value network learns alone and those of both
 * @returns compilations under way
 */
export function rehearsePpo(config: Config, until: 'answers' | 'updates'): Promise<Promise<void>[]> {
  const warmup = Math.min(config['ppo.valueWarmup'], 1);
  const shortened = { ...config, 'ppo.valueWarmup': warmup, 'ppo.iterations': warmup + 1 };
  return rehearse(
    async () => {
      const models = { sft: emptyModel(config), rewardModel: emptyRewardModel(config) };
      const prompts = new Array<number[]>(config['ppo.batchSize']).fill(emptyPrompt(config));
      const data = { prompts, pages: () => new Int32Array(shapeOf(config).context + 2) };
      const state = startPpoState(models, shortened);
      const course = startPpo(state, data, shortened);
      const watch = { isOn: false, isStale: false, tellsAnswers: true };
      await goThrough(trainPpo(models, data, shortened, state, course, watch), until === 'answers' ? 1 : Infinity);
      [models.sft, models.rewardModel, state.valueModel].forEach(disposeModel);
      // The policy behind an average went with the loop.
      disposeModel(state.average ?? state.policy);
    },
    { inTurn: until === 'updates' },
  );
}

/** Starts compiling what a step of SFT dispatches. @returns compilations under way */
export function rehearseSft(config: Config): Promise<Promise<void>[]> {
  return rehearse(
    async () => {
      const model = emptyModel(config);
      const item = {
        prompt: emptyPrompt(config),
        response: new Array<number>(demonstrationSlots(config)).fill(EOS_ID),
      };
      const data = { train: new Array<typeof item>(config['sft.batchSize']).fill(item), validation: [] };
      await goThrough(trainSft(model, data, { ...config, 'sft.epochs': 2 }, disposeModel), 1);
      disposeModel(model);
    },
    { inTurn: true },
  );
}

/**
 * Starts compiling what it takes to look at the models of a run.
 * @param tokenizerJson contents of `tokenizer.json`
 * @returns compilations under way
 */
export function rehearseLooks(
  config: Config,
  tokenizerJson: string,
  look: (run: Run) => Promise<void>,
): Promise<Promise<void>[]> {
  return rehearse(
    async () => {
      const run = createRun(config, tokenizerJson, {
        base: emptyModel(config),
        sft: emptyModel(config),
        rewardModel: emptyRewardModel(config),
        policy: emptyModel(config),
        valueModel: emptyRewardModel(config),
      });
      await look(run).finally(() => disposeRun(run));
    },
    { inTurn: true },
  );
}
