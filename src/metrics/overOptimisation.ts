/**
 * The over-optimisation law: how true reward rises and falls with the distance d = √KL from the SFT policy while a proxy
 * is optimised.
 *   best of n   R(d) = d (α − β d)
 *   RL          R(d) = d (α − β log d)
 * R is the gain over d = 0. Both are linear in α and β, so least squares has a closed form. Report and page draw the same
 * fit, so it stands here, below both.
 * @source Gao et al. 2022 (arXiv:2210.10760), eq. 1 and 2
 */

/** A policy at some distance, as means. */
export interface CurvePoint {
  /** Nats per answer. */
  kl: number;
  proxy: number;
  gold: number;
}

export type Method = 'bestOfN' | 'rl';

/** Gold reward after optimising a proxy to distance d = √KL, by the law of the method. */
export function goldReward(method: Method, d: number, alpha: number, beta: number): number {
  if (d === 0) return 0; // the limit of d·log d; the formula itself gives NaN
  return method === 'bestOfN' ? d * (alpha - beta * d) : d * (alpha - beta * Math.log(d));
}

/** Where `goldReward` peaks, and how high. */
export function goldPeak(method: Method, alpha: number, beta: number): { d: number; gold: number } {
  if (method === 'bestOfN') return { d: alpha / (2 * beta), gold: alpha ** 2 / (4 * beta) };
  const d = Math.exp(alpha / beta - 1);
  return { d, gold: beta * d };
}

export interface GoldFit {
  method: Method;
  /** True reward at d = 0, from which gains are counted. */
  start: number;
  alpha: number;
  beta: number;
  /** Where the fitted curve turns, in d and in true reward; null when it does not turn (β ≤ 0 or α ≤ 0). */
  peak: { d: number; gold: number } | null;
  /** Share of the variance of the gains that the curve explains; negative when a constant would do better. */
  rSquared: number;
  /** Points behind the fit. */
  n: number;
}

/** Sampling can make an estimated KL negative; such a point lies at the start. */
const distanceOf = ({ kl }: CurvePoint) => Math.sqrt(Math.max(0, kl));

/**
 * Fits the law to the points of one curve.
 * @param start true reward of the SFT policy itself
 * @throws RangeError with fewer than two points away from d = 0: two numbers are fitted
 */
export function fitGold(points: readonly CurvePoint[], method: Method, start: number): GoldFit {
  const away = points.filter((point) => distanceOf(point) > 0);
  const distances = new Set(away.map(distanceOf));
  if (distances.size < 2)
    throw new RangeError(
      `fitGold: ${distances.size} distances above 0; expected at least 2; add policies with more or less KL.`,
    );
  // gain = α·x + β·y
  const rows = away.map((point) => {
    const d = distanceOf(point);
    return { d, x: d, y: method === 'bestOfN' ? -d * d : -d * Math.log(d), gain: point.gold - start };
  });
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  const [xx, xy, yy] = [sum(({ x }) => x * x), sum(({ x, y }) => x * y), sum(({ y }) => y * y)];
  const [xg, yg] = [sum(({ x, gain }) => x * gain), sum(({ y, gain }) => y * gain)];
  const determinant = xx * yy - xy * xy;
  const alpha = (xg * yy - yg * xy) / determinant;
  const beta = (yg * xx - xg * xy) / determinant;
  const residual = sum(({ d, gain }) => (gain - goldReward(method, d, alpha, beta)) ** 2);
  const centre = sum(({ gain }) => gain) / rows.length;
  const spread = sum(({ gain }) => (gain - centre) ** 2);
  const turns = alpha > 0 && beta > 0;
  const peak = turns ? goldPeak(method, alpha, beta) : null;
  return {
    method,
    start,
    alpha,
    beta,
    peak: peak && { d: peak.d, gold: start + peak.gold },
    rSquared: spread > 0 ? 1 - residual / spread : 0,
    n: rows.length,
  };
}

/**
 * The law through one curve, gains counted from its point nearest to the SFT policy.
 * @returns null with fewer than `fewest` other points at different distances
 */
export function fitFromNearest(points: readonly CurvePoint[], method: Method, fewest = 2): GoldFit | null {
  const start = points.reduce((nearest, each) => (each.kl < nearest.kl ? each : nearest), points[0]);
  const away = new Set(points.filter((each) => each !== start && each.kl > 0).map(({ kl }) => kl));
  return away.size >= fewest ? fitGold(points, method, start.gold) : null;
}

/** Points of the fitted curve from d = 0 to `farthest`, for drawing: [d, true reward]. */
export function fittedCurve({ method, start, alpha, beta }: GoldFit, farthest: number, steps = 60): [number, number][] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const d = (farthest * i) / steps;
    return [d, start + goldReward(method, d, alpha, beta)];
  });
}
