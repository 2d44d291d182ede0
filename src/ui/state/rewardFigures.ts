import type { RewardReport } from '../../worker/protocol';

/** Two answers of one prompt, the first ranked higher. */
export interface ScoredPair {
  chosen: number;
  rejected: number;
  /** Tokens. */
  chosenLength: number;
  rejectedLength: number;
  ranking: number;
}

/** All pairs of the rankings; ties are left out. */
export function scoredPairs({ rankings }: Pick<RewardReport, 'rankings'>): ScoredPair[] {
  return rankings.flatMap(({ answers }, ranking) =>
    answers.flatMap((better) =>
      answers
        .filter((worse) => better.rank < worse.rank)
        .map((worse) => ({
          ...{ chosen: better.score, rejected: worse.score, ranking },
          ...{ chosenLength: better.length, rejectedLength: worse.length },
        })),
    ),
  );
}

export interface Share {
  share: number;
  n: number;
  low: number;
  high: number;
}

const Z95 = 1.96;

/** A share with its Wilson 95 % interval, which stays inside 0 to 1. */
export function wilson(hits: number, n: number): Share {
  if (n === 0) return { share: NaN, n, low: NaN, high: NaN };
  const share = hits / n;
  const centre = (share + Z95 ** 2 / (2 * n)) / (1 + Z95 ** 2 / n);
  const half = (Z95 / (1 + Z95 ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z95 ** 2 / (4 * n * n));
  return { share, n, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Pairs in the labeler's order; equal scores count as wrong. */
export function pairAccuracy(pairs: readonly ScoredPair[]): Share {
  return wilson(pairs.filter(({ chosen, rejected }) => chosen > rejected).length, pairs.length);
}

/** What guessing by length alone gets, in the better of both directions; equal lengths count half. */
export function lengthAccuracy(pairs: readonly ScoredPair[]): { share: number; prefers: 'longer' | 'shorter' } {
  if (pairs.length === 0) return { share: NaN, prefers: 'longer' };
  const longer = pairs.reduce((sum, { chosenLength, rejectedLength }) => {
    if (chosenLength === rejectedLength) return sum + 0.5;
    return sum + (chosenLength > rejectedLength ? 1 : 0);
  }, 0);
  const share = longer / pairs.length;
  return share >= 0.5 ? { share, prefers: 'longer' } : { share: 1 - share, prefers: 'shorter' };
}

export interface HistogramBin {
  from: number;
  to: number;
  chosen: number;
  rejected: number;
}

/** How scores of chosen and of rejected answers are spread. The bins cover all but the outermost half per cent. */
export function scoreHistogram(pairs: readonly ScoredPair[], bins: number): HistogramBin[] {
  if (pairs.length === 0) return [];
  const sorted = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)];
  const [low, high] = [Math.floor(at(0.005) * 2) / 2, Math.ceil(at(0.995) * 2) / 2];
  const width = (high - low || 1) / bins;
  const made = Array.from({ length: bins }, (_, i) => ({
    from: low + i * width,
    to: low + (i + 1) * width,
    chosen: 0,
    rejected: 0,
  }));
  const binOf = (score: number) => made[Math.max(0, Math.min(bins - 1, Math.floor((score - low) / width)))];
  for (const { chosen, rejected } of pairs) {
    binOf(chosen).chosen++;
    binOf(rejected).rejected++;
  }
  return made;
}

export interface CalibrationPoint extends Share {
  /** Mean stated margin |score difference| of the pairs in the bin. */
  margin: number;
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Pairs sorted by stated margin and cut into bins of equal size: how often is the model right when it says so? */
export function calibration(pairs: readonly ScoredPair[], bins: number): CalibrationPoint[] {
  const sorted = pairs
    .map(({ chosen, rejected }) => ({ margin: Math.abs(chosen - rejected), isRight: chosen > rejected }))
    .sort((a, b) => a.margin - b.margin);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Array.from({ length: bins }, (_, bin) => {
    const part = sorted.slice(Math.floor((bin * sorted.length) / bins), Math.floor(((bin + 1) * sorted.length) / bins));
    return {
      ...wilson(part.filter(({ isRight }) => isRight).length, part.length),
      margin: mean(part.map(({ margin }) => margin)),
    };
  }).filter(({ n }) => n > 0);
}

/**
 * The steepness s for which σ(s × margin) fits the pairs best, by maximum likelihood. Scores are normalised, so their
 * margins are log-odds only up to this factor.
 */
export function bestSteepness(pairs: readonly ScoredPair[]): number {
  let s = 1;
  for (let round = 0; round < 30; round++) {
    let [slope, curvature] = [0, 0];
    for (const { chosen, rejected } of pairs) {
      const margin = chosen - rejected;
      const p = sigmoid(s * margin);
      slope += margin * (1 - p);
      curvature += margin * margin * p * (1 - p);
    }
    if (!(curvature > 0)) return s;
    s = Math.max(0, Math.min(20, s + slope / curvature));
  }
  return s;
}

/** Rankings by how wrong the model orders them: the sum of the margins of its wrong pairs, largest first. */
export function mostWrongFirst(report: RewardReport): number[] {
  const wrong = report.rankings.map(() => 0);
  for (const { chosen, rejected, ranking } of scoredPairs(report)) wrong[ranking] += Math.max(0, rejected - chosen);
  return wrong.map((_, i) => i).sort((a, b) => wrong[b] - wrong[a] || a - b);
}
