import { area } from '../words.svelte';

/** The rail of settings: headings, one control, recipe. Labels and help lines of settings are in the settings table. */
export const controls = area('controls', {
  railSft: 'SFT controls',
  railRm: 'Reward model',
  railPpo: 'PPO controls',
  resetChanges: { one: 'Reset 1 change', other: 'Reset {count} changes' },
  closeControls: 'Close controls',
  advanced: 'Advanced',
  recipe: 'Recipe',
  recipeProven: 'Proven recipe',
  recipePaper: 'As in the paper',

  fineTuning: 'Fine-tuning',
  demonstrations: 'Demonstrations',
  model: 'Model',
  pretraining: 'Pretraining, when started from nothing',
  run: 'Run',
  training: 'Training',
  rankings: 'Rankings',
  updates: 'Updates',
  answers: 'Answers',
  leash: 'Leash',

  reset: 'reset',
  resetOne: 'Reset {setting}',
  moreAbout: 'More about {setting}',
  newSeed: 'New seed',
  slider: '{setting} slider',
  paper: 'paper {value}',
  outside: 'Outside the usual range, {low} to {high}.',
  inUnit: 'In {unit}.',
  defaultFrom: 'Default: {source}.',
  atOnce: 'Takes effect at once, also while running.',
  nextStart: 'Takes effect at the next start.',
});
