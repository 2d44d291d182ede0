/** The K answers to one prompt: scores of whatever is tested, and the ranks somebody gave (0 best, equal is a tie). */
export interface RankedScores {
  scores: readonly number[];
  ranks: readonly number[];
}

/** Pairs whose scores differ by about as much. */
export interface CalibrationBin {
  pairs: number;
  /** Mean difference of the scores, the higher minus the lower. */
  margin: number;
  /** σ(slope · margin): what the model says the share should be. */
  stated: number;
  /** Share that the labeler ordered as the scores do. */
  correct: number;
}

export interface Calibration {
  /**
   * Most likely factor in P(better) = σ(slope · margin). Scores are rescaled after training, so their own scale is no
   * longer that of the ranking loss; with it the shape of the curve can still be judged.
   */
  slope: number;
  bins: CalibrationBin[];
  /** Mean over pairs of |stated − correct| of their bin. */
  error: number;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Stated against observed confidence, in bins of as many pairs each, from small margins to large ones. */
export function calibration(rows: readonly RankedScores[], bins = 8): Calibration {
  const pairs = rows.flatMap(signedMargins).sort((a, b) => Math.abs(a) - Math.abs(b));
  const slope = logisticSlope(pairs);
  const size = Math.ceil(pairs.length / bins);
  const result: CalibrationBin[] = [];
  for (let at = 0; at < pairs.length; at += size) {
    const part = pairs.slice(at, at + size);
    const margin = part.reduce((sum, value) => sum + Math.abs(value), 0) / part.length;
    const stated = part.reduce((sum, value) => sum + sigmoid(slope * Math.abs(value)), 0) / part.length;
    result.push({
      pairs: part.length,
      margin,
      stated,
      correct: part.filter((value) => value > 0).length / part.length,
    });
  }
  const error = result.reduce((sum, bin) => sum + bin.pairs * Math.abs(bin.stated - bin.correct), 0) / pairs.length;
  return { slope, bins: result, error };
}

/** score(better) − score(worse) of every pair that is no tie. */
function signedMargins({ scores, ranks }: RankedScores): number[] {
  return ranks.flatMap((rank, i) => ranks.flatMap((other, j) => (rank < other ? [scores[i] - scores[j]] : [])));
}

/** Maximum-likelihood slope of a logistic curve through the origin, by Newton's method. */
function logisticSlope(margins: readonly number[]): number {
  let slope = 1;
  for (let step = 0; step < 50; step++) {
    let [gradient, curvature] = [0, 1e-9];
    for (const margin of margins) {
      const p = sigmoid(slope * margin);
      gradient += (1 - p) * margin;
      curvature += p * (1 - p) * margin * margin;
    }
    const change = Math.max(-1, Math.min(1, gradient / curvature));
    slope += change;
    if (Math.abs(change) < 1e-9) break;
  }
  return slope;
}
