import type { CandidateId, Estimate } from '../../worker/protocol';

/** One blind choice between a policy's answer and that of SFT. */
export interface Vote {
  prompt: string;
  candidate: CandidateId;
  /** 1 when the policy's answer was chosen, 0 when that of SFT was, half for "about equal". */
  preferred: 0 | 0.5 | 1;
}

const Z95 = 1.959963984540054;

/** Share of votes for a policy with Wilson's interval, which stays sensible for a handful of votes; null without any. */
export function voteEstimate(votes: readonly Vote[], candidate: CandidateId): Estimate | null {
  const own = votes.filter((vote) => vote.candidate === candidate);
  const n = own.length;
  if (n === 0) return null;
  const value = own.reduce((sum, vote) => sum + vote.preferred, 0) / n;
  const scale = 1 + Z95 ** 2 / n;
  const centre = (value + Z95 ** 2 / (2 * n)) / scale;
  const spread = (Z95 / scale) * Math.sqrt((value * (1 - value)) / n + Z95 ** 2 / (4 * n * n));
  return { value, low: centre - spread, high: centre + spread, n };
}

/** The same prompt and policy always show the same side, so that undo brings back what was seen. */
export function isPolicyLeft(prompt: string, candidate: CandidateId): boolean {
  let hash = 2166136261;
  for (const char of `${candidate}\n${prompt}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  return ((hash >>> 13) & 1) === 1;
}
