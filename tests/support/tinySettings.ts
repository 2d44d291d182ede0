/** The whole pipeline in a size that takes a second: one layer of eight channels, a few prompts, a few steps. */
import type { RunSettings } from '../../src/config/config';

export const tinyOverrides = {
  'model.layers': 1,
  'model.width': 8,
  'model.heads': 2,
  'sampling.responseLength': 8,
  'data.demonstrations': 24,
  'data.rankings': 8,
  'data.validationPrompts': 2,
  'data.answersPerPrompt': 2,
  'pretrain.tokens': 2048,
  'pretrain.batchSize': 2,
  'pretrain.warmupSteps': 0,
  'sft.batchSize': 8,
  'sft.epochs': 2,
  'sft.warmupSteps': 0,
  'rm.batchSize': 4,
  'rm.warmupSteps': 0,
  'ppo.iterations': 4,
  'ppo.batchSize': 4,
  'ppo.warmupIterations': 0,
  'ppo.valueWarmup': 0,
};

export const tinySettings: RunSettings = { version: 1, preset: 'nano', recipe: 'proven', overrides: tinyOverrides };
