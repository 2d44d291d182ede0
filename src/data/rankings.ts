/** Orders of answers: ranks from utilities, comparisons from ranks. */

/** Utilities closer than this are a tie; measured: 5 to 7 % of the pairs of SFT-like answers. */
export const TIE_THRESHOLD = 0.2;

/** One labeler's order of K answers to one prompt. */
export interface Ranking {
  /** Id of the labeler. */
  readonly labeler: string;
  /** `ranks[k]` of answer k: 0 is best; equal ranks are ties. */
  readonly ranks: readonly number[];
}

/**
 * Groups utilities into ranks, best first. An answer joins a group when it is closer than the threshold to the
 * group's best one, so that being tied is the same from whichever answer one looks.
 */
export function ranksOf(utilities: readonly number[], tieThreshold = TIE_THRESHOLD): number[] {
  const order = utilities.map((_, i) => i).sort((i, j) => utilities[j] - utilities[i]);
  const ranks = new Array<number>(utilities.length).fill(0);
  let rank = -1;
  let best = Infinity;
  for (const i of order) {
    if (rank < 0 || best - utilities[i] >= tieThreshold) {
      rank++;
      best = utilities[i];
    }
    ranks[i] = rank;
  }
  return ranks;
}

/** One comparison: positions of the better and the worse answer. */
export interface Comparison {
  readonly chosen: number;
  readonly rejected: number;
}

/**
 * The comparisons in a ranking, which may be partial: all pairs except ties, answers that were not ranked, and identical
 * texts, which nobody is asked to compare.
 * @param ranks 0 is best; null was not ranked
 * @param texts the ranked answers
 */
export function comparisonsOf(ranks: readonly (number | null)[], texts: readonly string[]): Comparison[] {
  const pairs: Comparison[] = [];
  ranks.forEach((a, i) => {
    ranks.slice(i + 1).forEach((b, offset) => {
      const j = i + 1 + offset;
      if (a === null || b === null || a === b || texts[i] === texts[j]) return;
      pairs.push(a < b ? { chosen: i, rejected: j } : { chosen: j, rejected: i });
    });
  });
  return pairs;
}
