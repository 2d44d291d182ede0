/**
 * What a run will need of the graphics card, found before there is a run: its first step is gone through with models of
 * the right shapes and nothing in them, while nothing is computed. Compiling may then be over when somebody starts it.
 */
import type { Config } from '../config/config';
import { rehearse } from '../kernels/compileFor';
import { addRewardHead, initialiseGpt } from '../nn/initialise';
import { createRun, disposeRun, runStage, shapeOf, type Run } from './run';
import type { Stage } from './report';

/**
 * Starts compiling what the first step of a stage dispatches; elsewhere than on WebGPU it does nothing.
 * @param tokenizerJson contents of `tokenizer.json`
 * @param around what else is done with the models of such a run, before its first step and after it
 */
export async function rehearseStage(
  config: Config,
  tokenizerJson: string,
  stage: Extract<Stage, 'sft' | 'ppo'>,
  around: (run: Run) => Promise<void>,
): Promise<void> {
  await rehearse(async () => {
    // Both networks learn at once, which a real run begins later.
    const run = createRun({ ...config, 'ppo.valueWarmup': 0 }, tokenizerJson);
    const empty = () => initialiseGpt(shapeOf(config), () => 0);
    run.models.base = empty();
    if (stage === 'ppo') {
      run.models.sft = empty();
      run.models.rewardModel = addRewardHead(empty(), () => 0);
    }
    const loop = runStage(run, stage);
    try {
      await around(run);
      await loop.next();
      await around(run);
    } finally {
      await loop.return(undefined);
      disposeRun(run);
    }
  });
}
