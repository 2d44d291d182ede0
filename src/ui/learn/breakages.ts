import type { Breakage } from './breakTypes';

/** Failures that were tried: each showed its symptom on `nano` within three minutes of an ordinary processor. */
export const BREAKAGES = [
  {
    id: 'noLeash',
    plan: 'ppo',
    route: 'ppo',
    settings: { 'ppo.klCoef': 0, 'ppo.learningRate': 4e-4 },
    watch: { stage: 'ppo', metrics: ['objective/scores', 'objective/true_score', 'objective/kl'], steps: 50 },
  },
  {
    id: 'bigSteps',
    plan: 'ppo',
    route: 'ppo',
    settings: { 'ppo.learningRate': 5e-3 },
    watch: { stage: 'ppo', metrics: ['objective/true_score', 'objective/kl', 'policy/clipfrac_avg'], steps: 15 },
  },
  {
    id: 'deadPolicy',
    plan: 'ppo',
    route: 'ppo',
    settings: { 'ppo.learningRate': 0.3 },
    watch: { stage: 'ppo', metrics: ['objective/true_score', 'len/mean', 'val/ratio'], steps: 10 },
  },
  {
    id: 'hotSampling',
    plan: 'ppo',
    route: 'ppo',
    settings: { 'sampling.temperature': 1.6 },
    watch: { stage: 'ppo', metrics: ['objective/true_score', 'len/mean', 'policy/entropy_avg'], steps: 10 },
  },
  {
    id: 'coldCritic',
    plan: 'ppo',
    route: 'ppo',
    settings: { 'ppo.valueInit': 'rm', 'ppo.valueWarmup': 0 },
    watch: { stage: 'ppo', metrics: ['val/var_explained', 'loss/value_avg', 'objective/true_score'], steps: 10 },
  },
  {
    id: 'fewRankings',
    plan: 'all',
    route: 'rm',
    settings: { 'data.rankings': 40, 'rm.epochs': 16 },
    watch: { stage: 'rm', metrics: ['rm/accuracy', 'rm/eval_accuracy', 'rm/loss'], steps: 80 },
  },
  {
    id: 'oneTaste',
    plan: 'ppo',
    route: 'ppo',
    settings: {},
    taste: 'longest',
    watch: { stage: 'ppo', metrics: ['objective/scores', 'objective/true_score', 'len/mean'], steps: 30 },
  },
  {
    id: 'tooLong',
    plan: 'all',
    route: 'sft',
    settings: { 'data.demonstrations': 200, 'sft.epochs': 40 },
    watch: { stage: 'sft', metrics: ['sft/loss', 'sft/eval_loss'], steps: 150 },
  },
  {
    id: 'wildSft',
    plan: 'all',
    route: 'sft',
    settings: { 'sft.learningRate': 0.3 },
    watch: { stage: 'sft', metrics: ['sft/loss', 'sft/eval_loss', 'sft/grad_norm'], steps: 40 },
  },
] as const satisfies readonly Breakage[];

export type BreakageId = (typeof BREAKAGES)[number]['id'];

/** A breakage in the address of the page is an open lesson with this before its name. */
export const BREAK_PREFIX = 'break-';

export function breakageOf(lessonId: string): Breakage | undefined {
  return BREAKAGES.find(({ id }) => `${BREAK_PREFIX}${id}` === lessonId);
}
