/** Best-of-n against the reward model: what choosing among n answers gains, and what it costs in KL. Host-side. */
import { ConfigError } from '../config/errors';
import { bestOfN } from '../rlhf/statistics';
import type { Answers } from './answers';
import { estimateOf, type Estimate } from './estimate';

export interface BestOfNPoint {
  n: number;
  /** log n − (n−1)/n, nats. */
  kl: number;
  /** Expected reward-model score of the chosen answer. */
  proxy: Estimate;
  /** Its expected true reward. */
  gold: Estimate;
}

/**
 * Expected scores of the best of n, without bias from the N answers drawn per prompt; prompts are the units.
 * @param proxy one row of N reward-model scores per prompt
 * @param gold the true rewards of the same answers
 * @param ns each between 1 and N
 * @throws RangeError for an n above N
 * @source Nakano et al. 2021, App. I; Gao et al. 2022 (arXiv:2210.10760), section 2
 */
export function bestOfNCurve(
  proxy: readonly (readonly number[])[],
  gold: readonly (readonly number[])[],
  ns: readonly number[],
): BestOfNPoint[] {
  const fewest = Math.min(...proxy.map((row) => row.length));
  return ns.map((n) => {
    if (!(n >= 1) || n > fewest)
      throw new RangeError(`bestOfNCurve: n is ${n} with ${fewest} answers per prompt; expected 1 to ${fewest}.`);
    const perPrompt = proxy.map((row, i) => bestOfN(row, gold[i], n));
    return {
      n,
      kl: Math.log(n) - (n - 1) / n,
      proxy: estimateOf(perPrompt.map((best) => best.proxy)),
      gold: estimateOf(perPrompt.map((best) => best.gold)),
    };
  });
}

/** Scores of several rounds of answers to the same prompts as rows of prompts. @throws ConfigError without reward-model scores */
export function scoreTable(rounds: readonly Answers[]): { proxy: number[][]; gold: number[][] } {
  const scoresOf = ({ proxy, policy }: Answers): number[] => {
    if (!proxy)
      throw new ConfigError(
        `best of n: answers of ${policy} carry no reward-model scores; run step 2 or load a model.`,
      );
    return proxy;
  };
  const prompts = rounds[0]?.grades.length ?? 0;
  return {
    proxy: Array.from({ length: prompts }, (_, i) => rounds.map((round) => scoresOf(round)[i])),
    gold: Array.from({ length: prompts }, (_, i) => rounds.map((round) => round.grades[i].reward)),
  };
}
