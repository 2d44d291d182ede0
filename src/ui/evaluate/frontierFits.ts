/** The law of over-optimisation through what the frontier shows: the run's own way, and the best of n. */
import {
  fitFromNearest,
  fittedCurve,
  type CurvePoint,
  type GoldFit,
  type Method,
} from '../../metrics/overOptimisation';
import type { FrontierMark, Trajectory } from './plotTypes';

/** Points beside the start before a curve means anything: with two, two numbers go through them whatever they are. */
export const FEWEST_POINTS = 3;

export interface FrontierFit {
  method: Method;
  /** Points beside the start, whether or not they are enough. */
  count: number;
  /** Null while they are too few. */
  fit: GoldFit | null;
  /** What to draw, [nats KL, true score]; empty without a fit. */
  path: readonly (readonly [number, number])[];
  /** KL in nats where the fitted true score is highest, where the curve turns, and whether the points reach that far. */
  turn: { kl: number; isReached: boolean } | null;
}

function fitThrough(points: readonly CurvePoint[], method: Method): FrontierFit {
  const fit = points.length === 0 ? null : fitFromNearest(points, method, FEWEST_POINTS);
  const farthest = Math.sqrt(Math.max(0, ...points.map(({ kl }) => kl)));
  return {
    method,
    count: Math.max(0, points.length - 1),
    fit,
    path: fit === null ? [] : fittedCurve(fit, farthest).map(([d, gold]) => [d * d, gold] as const),
    turn: fit?.peak ? { kl: fit.peak.d ** 2, isReached: fit.peak.d <= farthest } : null,
  };
}

/** One fit for each method that has left points. Best of n counts from SFT, which is best of one. */
export function frontierFits({ kl, proxy, gold }: Trajectory, marks: readonly FrontierMark[], recordId: number) {
  const own = kl.map((each, i): CurvePoint => ({ kl: each, proxy: proxy[i], gold: gold[i] }));
  const best = marks
    .filter((mark) => mark.requestId === recordId && (mark.candidate === 'bestOf' || mark.candidate === 'sft'))
    .map((mark): CurvePoint => ({ kl: mark.kl.value, proxy: mark.proxy.value, gold: mark.gold.value }));
  const hasBest = marks.some(({ candidate, requestId }) => candidate === 'bestOf' && requestId === recordId);
  return [
    ...(own.length > 0 ? [fitThrough(own, 'rl')] : []),
    ...(hasBest ? [fitThrough(best, 'bestOfN')] : []),
  ] satisfies FrontierFit[];
}
