import { reward } from '../messages/en/reward';
import type { RewardReport } from '../../worker/protocol';
import { formatNumber, formatSigned } from './format';
import { lengthAccuracy, pairAccuracy, scoredPairs } from './rewardFigures';

export interface HealthLine {
  name: string;
  state: 'pass' | 'warn' | 'waiting';
  value: string;
  needs: string;
  reason: string;
  /** What may help, where it warns. */
  fix: string;
}

export interface HealthInput {
  /** Share of held-out pairs ordered as the labeler did. */
  heldOutAccuracy: number | null;
  trainingAccuracy: number | null;
  margin: number | null;
  /** Correlation of score and answer length on held-out answers. */
  lengthCorrelation: number | null;
  /** Held-out rankings with scores, once they have been looked at. */
  report: RewardReport | null;
}

/** Held-out accuracy that a reward model must reach. */
const LEAST_ACCURACY = 0.6;
const MOST_LENGTH_LINK = 0.5;
const MOST_GAP = 0.15;
/** Distance from 0 at which the mean score of demonstrations is no longer a rounding matter. */
const MOST_OFFSET = 0.15;

/** Pearson correlation; null where one side does not vary. */
function correlation(pairs: readonly (readonly [number, number])[]): number | null {
  const mean = (at: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [a, b] of pairs) {
    ab += (a - meanA) * (b - meanB);
    aa += (a - meanA) ** 2;
    bb += (b - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

/** Numbers of the report; metrics of training stand in for them while there is none. */
function measure({ report, heldOutAccuracy, margin, lengthCorrelation }: HealthInput) {
  if (report === null)
    return { accuracy: heldOutAccuracy, margin, lengthCorrelation, byLength: null, pairs: 0, offset: null };
  const pairs = scoredPairs(report);
  const answers = report.rankings.flatMap(({ answers: all }) => all);
  const { demonstrations } = report;
  return {
    accuracy: pairs.length > 0 ? pairAccuracy(pairs).share : null,
    margin:
      pairs.length > 0 ? pairs.reduce((sum, { chosen, rejected }) => sum + chosen - rejected, 0) / pairs.length : null,
    lengthCorrelation: correlation(answers.map(({ score, length }) => [score, length])),
    byLength: pairs.length > 0 ? lengthAccuracy(pairs).share : null,
    pairs: pairs.length,
    offset:
      demonstrations.length > 0 ? demonstrations.reduce((sum, score) => sum + score, 0) / demonstrations.length : null,
  };
}

/** The gate before PPO: what a reward model must show before a policy is trained against it. It advises, it does not lock. */
export function healthCheck(input: HealthInput): HealthLine[] {
  const found = measure(input);
  const gap =
    input.trainingAccuracy === null || found.accuracy === null ? null : input.trainingAccuracy - found.accuracy;
  const line = (
    value: number | null,
    isSigned: boolean,
    isFine: (value: number) => boolean,
    words: Pick<HealthLine, 'name' | 'needs' | 'reason' | 'fix'>,
  ): HealthLine => {
    if (value === null) return { ...words, state: 'waiting', value: '–' };
    return {
      ...words,
      state: isFine(value) ? 'pass' : 'warn',
      value: (isSigned ? formatSigned : formatNumber)(value, 2),
    };
  };
  const byLength = found.byLength;
  return [
    line(found.accuracy, false, (value) => value >= LEAST_ACCURACY && value > (byLength ?? 0), {
      name: reward.accuracy(),
      needs: reward.accuracyNeeds(),
      reason:
        byLength === null
          ? reward.accuracyReasonShort()
          : reward.accuracyReason({ n: reward.pairs({ count: found.pairs }), length: formatNumber(byLength, 2) }),
      fix: reward.accuracyFix(),
    }),
    line(found.margin, true, (value) => value > 0, {
      name: reward.margin(),
      needs: reward.marginNeeds(),
      reason: reward.marginReason(),
      fix: reward.marginFix(),
    }),
    line(found.lengthCorrelation, true, (value) => value <= MOST_LENGTH_LINK, {
      name: reward.length(),
      needs: reward.lengthNeeds(),
      reason: reward.lengthReason(),
      fix: reward.lengthFix(),
    }),
    line(found.offset, true, (value) => Math.abs(value) <= MOST_OFFSET, {
      name: reward.offset(),
      needs: reward.offsetNeeds(),
      reason: reward.offsetReason(),
      fix: reward.offsetFix(),
    }),
    // Only where this run has trained it: shipped models bring no curve to compare with.
    ...(gap === null
      ? []
      : [
          line(gap, true, (value) => value < MOST_GAP, {
            name: reward.gap(),
            needs: reward.gapNeeds(),
            reason: reward.gapReason(),
            fix: reward.gapFix(),
          }),
        ]),
  ];
}
