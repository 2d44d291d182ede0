/** What two sides are compared by that have done the same iteration of PPO from the same answers. */
import type { Metrics } from '../pipeline/report';

/** In the order of the comparison; the last one is there with a pretraining mix only. */
export const PPO_NUMBERS = [
  'objective/kl',
  'objective/scores',
  'objective/rlhf_reward',
  'val/returns_mean',
  'loss/policy_avg',
  'loss/value_avg',
  'policy/grad_norm',
  'loss/ptx',
] as const;

export type PpoNumbers = Partial<Record<(typeof PPO_NUMBERS)[number], number>>;

/** @returns those of the numbers that there are */
export function ppoNumbers(metrics: PpoNumbers | Metrics): number[] {
  return PPO_NUMBERS.flatMap((name) => metrics[name] ?? []);
}
