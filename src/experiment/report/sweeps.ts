/** What the sweeps, the cross-validation and the rounds gave, in one form for tables, figures and findings. */
import { estimateOf, pairedDifference, pooled, type Estimate, type Pooled } from '../../evaluation/estimate';
import { fitFromNearest, type CurvePoint, type GoldFit } from '../../metrics/overOptimisation';
import { KL_COEFFICIENTS, klSweepName, PTX_COEFFICIENTS, ptxSweepName, SWEEP_PRESET } from '../plan';
import type { CheckPoint, PpoResult } from '../results';
import { overSeeds, type Collected, type Entry } from './collect';

/** A check point of several seeds. */
export interface PooledPoint {
  step: number;
  kl: Pooled;
  proxy: Pooled;
  gold: Pooled;
}

function pooledPoint(step: number, points: readonly Pick<CheckPoint, 'kl' | 'proxy' | 'gold'>[]): PooledPoint {
  const of = (key: 'kl' | 'proxy' | 'gold') => pooled(points.map((point) => point[key]));
  return { step, kl: of('kl'), proxy: of('proxy'), gold: of('gold') };
}

/** Check points along training that every seed has. */
export function trajectory(runs: readonly Entry<'ppo'>[]): PooledPoint[] {
  const steps = runs[0]?.result.checks.map(({ step }) => step) ?? [];
  return steps.flatMap((step) => {
    const points = runs.flatMap(({ result }) => result.checks.find((check) => check.step === step) ?? []);
    return points.length === runs.length ? [pooledPoint(step, points)] : [];
  });
}

/** The last check point of each run of a sweep. */
export interface SweepPoint extends PooledPoint {
  /** The setting that was swept. */
  value: number;
  pageLoss: Pooled;
  runs: Entry<'ppo'>[];
}

function sweepPoint(value: number, runs: Entry<'ppo'>[]): SweepPoint[] {
  const last = runs.flatMap(({ result }) => result.checks.at(-1) ?? []);
  if (last.length === 0) return [];
  const pageLoss = pooled(runs.map(({ result }) => result.pageLoss));
  return [{ ...pooledPoint(last[0].step, last), value, pageLoss, runs }];
}

export function klSweep(collected: Collected): SweepPoint[] {
  return KL_COEFFICIENTS.flatMap((klCoef) =>
    sweepPoint(klCoef, collected.of('ppo', SWEEP_PRESET, klSweepName(klCoef))),
  );
}

/** The weight 0 is the run of the β sweep that has the same β. */
export function ptxSweep(collected: Collected): SweepPoint[] {
  const weighted = PTX_COEFFICIENTS.flatMap((ptxCoef) =>
    sweepPoint(ptxCoef, collected.of('ppo', SWEEP_PRESET, ptxSweepName(ptxCoef))),
  );
  const klCoef = weighted[0]?.runs[0].result.klCoef;
  const without = klCoef === undefined ? [] : sweepPoint(0, collected.of('ppo', SWEEP_PRESET, klSweepName(klCoef)));
  return [...without, ...weighted];
}

export const goodhartRuns = (collected: Collected) => collected.of('ppo', SWEEP_PRESET, 'goodhart');

/** a − b of one number of two check points of the same run, prompts in pairs, pooled over seeds. */
export function alongRun(
  runs: readonly Entry<'ppo'>[],
  of: (check: CheckPoint) => Estimate,
  a: (result: PpoResult) => CheckPoint | undefined,
  b: (result: PpoResult) => CheckPoint | undefined,
): Pooled | null {
  return overSeeds(runs, ({ result }) => {
    const [first, second] = [a(result), b(result)];
    return first && second ? pairedDifference(of(first), of(second)) : null;
  });
}

/** Best of n over seeds. */
export function bestOfNPoints(collected: Collected): (PooledPoint & { n: number })[] {
  const runs = collected.of('bestOfN', SWEEP_PRESET, 'best-of-n');
  return (runs[0]?.result.points ?? []).map(({ n, kl }) => {
    const points = runs.flatMap(({ result }) => result.points.find((point) => point.n === n) ?? []);
    return {
      n,
      ...pooledPoint(
        n,
        points.map((point) => ({ ...point, kl: estimateOf([kl]) })),
      ),
    };
  });
}

/** Gao et al.'s law through the points; null with too few distances. */
export function goldFit(points: readonly PooledPoint[], method: GoldFit['method']): GoldFit | null {
  const means = points.map(({ kl, proxy, gold }): CurvePoint => ({ kl: kl.mean, proxy: proxy.mean, gold: gold.mean }));
  return fitFromNearest(means, method);
}

/** SFT epochs over seeds, and what changed between the epoch of the least validation loss and the last one. */
export function epochSweep(collected: Collected) {
  const runs = collected.of('sftEpochs', SWEEP_PRESET, 'sft-epochs');
  const epochs = (runs[0]?.result.epochs ?? []).map(({ epoch }) => {
    const rows = runs.flatMap(({ result }) => result.epochs.find((row) => row.epoch === epoch) ?? []);
    return {
      epoch,
      validationLoss: rows.reduce((sum, row) => sum + row.validationLoss, 0) / rows.length,
      proxy: pooled(rows.map(({ proxy }) => proxy)),
      gold: pooled(rows.map(({ gold }) => gold)),
    };
  });
  const gain = (of: 'proxy' | 'gold') =>
    overSeeds(runs, ({ result }) => {
      const best = result.epochs.reduce((least, row) => (row.validationLoss < least.validationLoss ? row : least));
      const last = result.epochs[result.epochs.length - 1];
      // Without epochs after the turn there is nothing to compare.
      return best.epoch < last.epoch ? pairedDifference(last[of], best[of]) : null;
    });
  return { epochs, gainAfterTurn: { proxy: gain('proxy'), gold: gain('gold') } };
}

/** RM accuracy by comparisons, over seeds. */
export function sizePoints(collected: Collected) {
  const runs = collected.of('rewardSizes', SWEEP_PRESET, 'reward-sizes');
  return (runs[0]?.result.points ?? []).map(({ prompts }) => {
    const points = runs.flatMap(({ result }) => result.points.find((point) => point.prompts === prompts) ?? []);
    return {
      prompts,
      comparisons: points.reduce((sum, point) => sum + point.comparisons, 0) / points.length,
      training: pooled(points.map(({ training }) => training)),
      heldOut: pooled(points.map(({ heldOut }) => heldOut)),
      trueReward: pooled(points.map(({ trueReward }) => trueReward)),
    };
  });
}

/** Rounds of steps 2 and 3: the SFT policy is round 0, the core run round 1. */
export function rounds(collected: Collected): { round: number; gold: Pooled; gain: Pooled | null }[] {
  const core = collected.of('ppo', SWEEP_PRESET, 'ppo');
  const goldOf = (seed: number): Estimate[] => {
    const checks = core.find((entry) => entry.seed === seed)?.result.checks ?? [];
    const later = [2, 3, 4, 5].flatMap((round) =>
      collected.of('round', SWEEP_PRESET, `round-${round}`).filter((entry) => entry.seed === seed),
    );
    if (checks.length === 0 || later.length === 0) return [];
    return [checks[0].gold, checks[checks.length - 1].gold, ...later.map(({ result }) => result.gold)];
  };
  const bySeed = core.map(({ seed }) => goldOf(seed)).filter((golds) => golds.length > 0);
  const shared = Math.min(...bySeed.map((golds) => golds.length));
  if (bySeed.length === 0) return [];
  return Array.from({ length: shared }, (_, round) => ({
    round,
    gold: pooled(bySeed.map((golds) => golds[round])),
    gain: round === 0 ? null : pooled(bySeed.map((golds) => pairedDifference(golds[round], golds[round - 1]))),
  }));
}
