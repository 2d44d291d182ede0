/** Statistics of evaluation: intervals, best-of-n. Host-side, double precision. */

export interface WinRate {
  /** Share preferred, ties counted half. */
  winRate: number;
  normalHalfWidth: number;
  wilsonLow: number;
  wilsonHigh: number;
}

export const Z95 = 1.959963984540054;

/** Win rate with normal and Wilson intervals over n = wins + losses + ties comparisons. */
export function winRateInterval(wins: number, losses: number, ties: number, z = Z95): WinRate {
  const n = wins + losses + ties;
  const p = (wins + ties / 2) / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const spread = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return {
    winRate: p,
    normalHalfWidth: z * Math.sqrt((p * (1 - p)) / n),
    wilsonLow: centre - spread,
    wilsonHigh: centre + spread,
  };
}

/**
 * Unbiased expected proxy and gold score of the best of n by proxy, from N scored samples: sorted by proxy, the sample
 * with j below it is the best of n draws with probability C(j, n−1)/C(N, n). KL = log n − (n−1)/n.
 * @source Nakano et al. 2021, App. I; Gao et al. 2022 (arXiv:2210.10760), section 2
 */
export function bestOfN(
  proxy: ArrayLike<number>,
  gold: ArrayLike<number>,
  n: number,
): { proxy: number; gold: number; kl: number } {
  const order = Array.from(proxy, (_, i) => i).sort((a, b) => proxy[a] - proxy[b]);
  const total = order.length;
  let expectedProxy = 0;
  let expectedGold = 0;
  for (let j = n - 1; j < total; j++) {
    const weight = Math.exp(logChoose(j, n - 1) - logChoose(total, n));
    expectedProxy += weight * proxy[order[j]];
    expectedGold += weight * gold[order[j]];
  }
  return { proxy: expectedProxy, gold: expectedGold, kl: Math.log(n) - (n - 1) / n };
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i);
  return sum;
}
