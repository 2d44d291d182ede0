import type { MetricKey } from '../../metrics/metrics';
import type { Stage } from '../../worker/protocol';
import type { MetricSeries } from '../state/metricSeries';
import type { RunSeries } from '../state/runShelf.svelte';
import type { ChartSpec } from './chartSpecs';
import type { DrawnLine } from './chartView';
import { AXIS_METRIC, IDENTITY, NOWHERE, stepMap, type Axis, type StepMap } from './horizontal';
import { PreparedLine } from './preparedLine';
import { RisingMap } from './risingMap';

/** Where lines come from: the run on screen, or another one. */
export interface LineSource {
  series(stage: Stage, key: MetricKey): MetricSeries | undefined;
}

export interface LineWish {
  spec: ChartSpec;
  own: LineSource;
  overlays: readonly RunSeries[];
  axis: Axis;
  /** Share of the past that smoothing keeps. */
  weight: number;
  ownLabel: string | null;
  companionLabel: string | null;
}

/** The places of steps on an axis that wanders, as they were when it had `size` points. */
interface AxisMap {
  map: StepMap;
  size: number;
  weight: number;
}

/**
 * Keeps the lines of one chart prepared, so that a redraw costs only what is new: points are appended, and lines are made
 * again only for another smoothing or axis.
 */
export class ChartLines {
  #lines = new Map<MetricSeries, PreparedLine>();
  #rising = new WeakMap<MetricSeries, RisingMap>();
  #wandering = new WeakMap<MetricSeries, AxisMap>();

  prepare(wish: LineWish): DrawnLine[] {
    const { spec, overlays } = wish;
    const used = new Set<MetricSeries>();
    const line = (source: LineSource, key: MetricKey, weight: number) => {
      const series = source.series(spec.stage, key);
      if (series === undefined || series.length === 0) return null;
      const map = this.mapOf(source, spec.stage, wish.axis, wish.weight);
      let prepared = this.#lines.get(series);
      if (prepared === undefined) this.#lines.set(series, (prepared = new PreparedLine()));
      prepared.follow(series, weight, map);
      used.add(series);
      return prepared;
    };
    const drawn: DrawnLine[] = overlays.flatMap((run) => {
      const prepared = line(run, spec.key, wish.weight);
      return prepared === null
        ? []
        : [{ line: prepared, colour: run.colour, stroke: 'solid' as const, label: null, isOverlay: true }];
    });
    const { companion } = spec;
    // The true score is as noisy as the score and is smoothed alike; held-out points are few and stay as measured.
    const beside = companion && line(wish.own, companion.key, companion.stroke === 'double' ? wish.weight : 0);
    const own = line(wish.own, spec.key, wish.weight);
    if (own !== null) {
      const label = beside ? wish.ownLabel : null;
      drawn.push({ line: own, colour: spec.colour, stroke: spec.stroke, label, isOverlay: false });
    }
    if (companion && beside) {
      const { colour, stroke } = companion;
      drawn.push({ line: beside, colour, stroke, label: wish.companionLabel, isOverlay: false });
    }
    for (const series of this.#lines.keys()) if (!used.has(series)) this.#lines.delete(series);
    return drawn;
  }

  /** Where the steps of a run lie on an axis; the same object as long as nothing has changed. */
  mapOf(source: LineSource, stage: Stage, axis: Axis, smoothing: number): StepMap {
    if (axis === 'step') return IDENTITY;
    const series = source.series(stage, AXIS_METRIC[axis]);
    if (series === undefined) return NOWHERE;
    const rising = this.#risingMapOf(series);
    if (axis !== 'KL' && rising.isRising) return rising;
    const weight = axis === 'KL' ? smoothing : 0;
    const size = series.length + series.dropped;
    const known = this.#wandering.get(series);
    if (known !== undefined && known.size === size && known.weight === weight) return known.map;
    const map = stepMap(series.points(), weight);
    this.#wandering.set(series, { map, size, weight });
    return map;
  }

  #risingMapOf(series: MetricSeries): RisingMap {
    let map = this.#rising.get(series);
    if (map === undefined) this.#rising.set(series, (map = new RisingMap(series)));
    return map;
  }
}
