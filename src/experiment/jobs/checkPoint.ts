import { answer } from '../../evaluation/answers';
import { estimateOf } from '../../evaluation/estimate';
import type { Gpt } from '../../nn/gpt';
import type { PromptItem } from '../../pipeline/curriculum';
import type { Run } from '../../pipeline/run';
import type { CheckPoint } from '../results';

/**
 * KL, proxy and true reward of a policy on held-out prompts. Needs an SFT policy and a reward model in the run. The same
 * random numbers each time, so that check points of one run differ by the policy only.
 */
export async function checkPoint(
  run: Run,
  model: Gpt,
  prompts: readonly PromptItem[],
  step: number,
): Promise<CheckPoint> {
  const { proxy, kl, grades } = await answer(run, { name: `step ${step}`, model }, prompts, 'check points');
  if (!proxy || !kl) throw new RangeError('check point: needs an SFT policy and a reward model; load both.');
  return { step, kl: estimateOf(kl), proxy: estimateOf(proxy), gold: estimateOf(grades.map((grade) => grade.reward)) };
}
