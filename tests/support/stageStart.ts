/** Runs that stand before a stage, for measuring what the stage takes. */
import { resolveConfig, type Config } from '../../src/config/config';
import { copyModel } from '../../src/nn/gpt';
import { addRewardHead, initialiseGpt } from '../../src/nn/initialise';
import type { Stage } from '../../src/pipeline/report';
import { createRun, shapeOf, type Run } from '../../src/pipeline/run';

/** Short lists: how many examples there are decides no step. */
const FEW = {
  'pretrain.tokens': 65_536,
  'data.demonstrations': 300,
  'data.rankings': 130,
  'data.validationPrompts': 20,
  'ppo.valueWarmup': 0,
};

type Overrides = Parameters<typeof resolveConfig>[0]['overrides'];

/** Settings of a preset with few examples, and both networks of PPO learning at once. */
export function fewExamples(preset: 'nano' | 'small', overrides: Overrides = {}): Config {
  return resolveConfig({ version: 1, preset, recipe: 'proven', overrides: { ...FEW, ...overrides } });
}

/** A run with the models that come before a stage. */
export function runBefore(stage: Stage, config: Config, tokenizer: string): Run {
  const run = createRun(config, tokenizer);
  let next = 0;
  const draw = () => 0.02 * Math.sin(next++);
  if (stage === 'pretrain') return run;
  run.models.base = initialiseGpt(shapeOf(config), draw);
  if (stage !== 'sft') run.models.sft = copyModel(run.models.base);
  if (stage === 'ppo') run.models.rewardModel = addRewardHead(initialiseGpt(shapeOf(config), draw), draw, 0.3);
  return run;
}
