/**
 * How far the answers of a batch have collapsed: into the same words over and over, into one answer for every prompt,
 * into nothing, or into text without an end.
 */

/** Shares of a batch, 0 to 1. */
export interface CollapseShares {
  /** Mean over answers of the share of runs of {@link RUN} tokens that stood earlier in the same answer. */
  repeats: number;
  /** Answers that say word for word what another answer of the batch says. */
  identical: number;
  /** Answers that end before their first token. */
  empty: number;
  /** Answers cut at the longest allowed length. */
  unended: number;
}

/** Tokens of a run: shorter ones come back in healthy text too, "the fox … the fox" for instance. */
const RUN = 3;

/**
 * @param responses tokens of each answer, cut behind the end token where there is one
 * @param endId the end token
 * @throws RangeError for a batch without answers, of which nothing can be said
 * @source shares of repeated n-grams: Welleck et al. 2019 (arXiv:1908.04319), section 6, there over whole continuations
 */
export function collapseShares(responses: readonly (readonly number[])[], endId: number): CollapseShares {
  if (responses.length === 0) throw new RangeError('collapseShares: got no answers; expected at least one.');
  const share = (isSo: (response: readonly number[]) => boolean) => responses.filter(isSo).length / responses.length;
  const counts = new Map<string, number>();
  for (const response of responses) counts.set(response.join(), (counts.get(response.join()) ?? 0) + 1);
  return {
    repeats: responses.reduce((sum, response) => sum + repeatedRuns(response), 0) / responses.length,
    identical: share((response) => counts.get(response.join())! > 1),
    empty: share((response) => response.length === 0 || response[0] === endId),
    unended: share((response) => response.at(-1) !== endId),
  };
}

/** Share of an answer's runs that are not new; 0 for an answer too short to have two. */
function repeatedRuns(response: readonly number[]): number {
  const runs = response.length - RUN + 1;
  if (runs < 2) return 0;
  const different = new Set(Array.from({ length: runs }, (_, i) => response.slice(i, i + RUN).join()));
  return 1 - different.size / runs;
}
