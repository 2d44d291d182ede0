import type { FlagId } from '../config/labelling';
import type { Answers } from './answers';
import { estimateOf, shareOf, type Estimate } from './estimate';
import { FLAG_RULES } from '../data/flags';

/** What can be said about a policy's answers without comparing them to another's. */
export interface PolicySummary {
  policy: string;
  /** The world's own grade, −1 to 1. */
  trueReward: Estimate;
  /** The same on the labelers' scale, 1 to 7. */
  likert: Estimate;
  /** Reward-model score. */
  proxy: Estimate | null;
  /** From the SFT policy, nats per answer. */
  kl: Estimate | null;
  /** Tokens, the end token counted. */
  length: Estimate;
  /** Share that ended by itself. */
  ended: Estimate;
  /** Share of the answers that earn a flag, over the prompts that it makes sense for; null where there is no such prompt. */
  flags: Record<FlagId, Estimate | null>;
}

/** @throws RangeError without answers */
export function summarise(answers: Answers): PolicySummary {
  const { grades, items, ended, proxy, kl } = answers;
  const flags = Object.keys(FLAG_RULES).map((flag) => [flag, flagRate(answers, flag as FlagId)]);
  return {
    policy: answers.policy,
    trueReward: estimateOf(grades.map((grade) => grade.reward)),
    likert: estimateOf(grades.map((grade) => grade.likert)),
    proxy: proxy && estimateOf(proxy),
    kl: kl && estimateOf(kl),
    length: estimateOf(items.map((item) => item.response.length)),
    ended: shareOf(ended),
    flags: Object.fromEntries(flags) as PolicySummary['flags'],
  };
}

function flagRate({ specs, grades }: Answers, flag: FlagId): Estimate | null {
  const { appliesTo, isTrue } = FLAG_RULES[flag];
  const rows = specs.flatMap((spec, i) => (appliesTo(spec) ? [isTrue(spec, grades[i])] : []));
  return rows.length > 0 ? shareOf(rows) : null;
}
