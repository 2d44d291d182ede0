import type { Completion, PolicyName, TokenCredit, TokenNumbers } from '../../worker/protocol';

/** One answer on show, with what stands behind its tokens. */
export interface InspectedAnswer {
  policy: PolicyName;
  /** Step of the policy's own stage; null when the answer was given in another stage. */
  step: number | null;
  prompt: string;
  tokens: readonly string[];
  ids: readonly number[];
  numbers: TokenNumbers;
}

/** @returns null where the answer came without numbers, as in recorded runs of old */
export function inspectedAnswer(
  policy: PolicyName,
  step: number | null,
  { prompt, tokens, ids, numbers }: Completion,
): InspectedAnswer | null {
  return numbers === undefined ? null : { policy, step, prompt, tokens, ids: ids ?? [], numbers };
}

/** log π − log π_ref of every token; their sum is the KL estimate of the answer. Null without a reference. */
export function klShares({ logprobs, reference }: Pick<TokenNumbers, 'logprobs' | 'reference'>): number[] | null {
  return reference === null ? null : logprobs.map((logprob, i) => logprob - reference.logprobs[i]);
}

/** π after the newest update ÷ π before it, for every token. Null where no update is known. */
export function ratios({ update }: Pick<TokenNumbers, 'update'>): number[] | null {
  return update === null ? null : update.after.map((after, i) => Math.exp(after - update.before[i]));
}

export type ClipVerdict = 'free' | 'clippedAbove' | 'clippedBelow';

/**
 * Whether PPO's clip would stop the push on a token: only where the ratio has already gone past 1 ± ε in the direction
 * the advantage asks for.
 */
export function clipVerdict(ratio: number, advantage: number, clipRange: number): ClipVerdict {
  if (advantage > 0 && ratio > 1 + clipRange) return 'clippedAbove';
  return advantage < 0 && ratio < 1 - clipRange ? 'clippedBelow' : 'free';
}

/** The parts of δ_t = r_t + γ·V_(t+1) − V_t and A_t = δ_t + γλ·A_(t+1) at one token. */
export interface CreditParts {
  reward: number;
  value: number;
  /** 0 behind the last token. */
  nextValue: number;
  surprise: number;
  nextAdvantage: number;
  advantage: number;
  gamma: number;
  lambda: number;
}

export function creditParts(credit: TokenCredit, index: number): CreditParts {
  const { rewards, values, advantages, gamma, lambda } = credit;
  const nextValue = values[index + 1] ?? 0;
  const nextAdvantage = advantages[index + 1] ?? 0;
  return {
    ...{ reward: rewards[index], value: values[index], nextValue, nextAdvantage, gamma, lambda },
    surprise: rewards[index] + gamma * nextValue - values[index],
    advantage: advantages[index],
  };
}
