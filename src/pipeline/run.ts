/**
 * A whole run: which stages, with what, handing models on. The page's worker and the headless command run this same code;
 * they decide when to ask for the next event, which is how pausing and single steps work.
 */
import { ConfigError } from '../config/errors';
import { stream } from '../data/random';
import { copyModel } from '../nn/gpt';
import { initialiseGpt } from '../nn/initialise';
import { trainingDemonstrations } from './contributions';
import { startPpo, startPpoState, trainPpo } from './ppo';
import { pretrain, startPretrain } from './pretrain';
import type { Stage, StageLoop } from './report';
import { runRewardStage } from './rewardStage';
import { forgetEpochs, forgetSaved, need, replace, shapeOf, type Run, type SavedTraining } from './runState';
import { startSft, trainSft } from './sft';

export * from './runState';

/**
 * Runs one stage to its end; a report per step. What a stage trains is in `run.models` from its first step on: it can be
 * sampled from meanwhile, and the last good weights stay there when the stage is stopped or diverges. A stage that
 * `run.saved` is about goes on there.
 */
export async function* runStage(run: Run, stage: Stage): StageLoop<void> {
  try {
    switch (stage) {
      case 'pretrain':
        return yield* runPretrain(run);
      case 'sft':
        return yield* runSft(run);
      case 'rm':
        return yield* runRewardStage(run, takeSaved(run, stage));
      case 'ppo':
        return yield* runPpo(run);
      default: {
        const unknown: never = stage;
        throw new ConfigError(`stage: got ${String(unknown)}.`);
      }
    }
  } finally {
    run.training = null;
  }
}

/** Where a stage goes on, if anywhere; answered once. */
function takeSaved<S extends Stage>(run: Run, stage: S): Extract<SavedTraining, { stage: S }> | null {
  const { saved } = run;
  const isOfStage = (training: SavedTraining): training is Extract<SavedTraining, { stage: S }> =>
    training.stage === stage;
  if (saved === null || !isOfStage(saved)) {
    forgetSaved(run);
    return null;
  }
  run.saved = null;
  return saved;
}

async function* runPretrain(run: Run): StageLoop<void> {
  const { config, curriculum } = run;
  const saved = takeSaved(run, 'pretrain');
  if (!saved) {
    const random = stream(config['run.seed'], 'pretrain/weights');
    replace(
      run,
      'base',
      initialiseGpt(shapeOf(config), () => random.gaussian()),
    );
  }
  const model = need(run, 'base', 'pretrain');
  const pages = curriculum.pages(config['pretrain.tokens']);
  const course = startPretrain(model, config, saved?.course);
  run.training = { stage: 'pretrain', course };
  yield* pretrain(model, pages, config, course);
}

async function* runSft(run: Run): StageLoop<void> {
  const { config, curriculum } = run;
  const saved = takeSaved(run, 'sft');
  const data = { ...curriculum.sft, train: trainingDemonstrations(curriculum, config, run.contributions) };
  if (!saved) {
    replace(run, 'sft', copyModel(need(run, 'base', 'sft')));
    forgetEpochs(run);
  }
  const model = need(run, 'sft', 'sft');
  const course = startSft(model, data, config, saved?.course);
  run.training = { stage: 'sft', course };
  yield* trainSft(model, data, config, (weights) => run.sftEpochs.push(weights), course);
}

async function* runPpo(run: Run): StageLoop<void> {
  const { config, curriculum } = run;
  const models = { sft: need(run, 'sft', 'ppo'), rewardModel: need(run, 'rewardModel', 'ppo') };
  const saved = takeSaved(run, 'ppo');
  const data = curriculum.ppoData();
  const state = saved && run.ppo ? run.ppo : startPpoState(models, config);
  run.ppo = state;
  replace(run, 'policy', state.average ?? state.policy);
  replace(run, 'valueModel', state.valueModel);
  const course = startPpo(state, data, config, saved?.course);
  run.training = { stage: 'ppo', course };
  yield* trainPpo(models, data, config, state, course, run.watch);
}
