import type { CurvePart, RunListing } from '../../worker/protocol';
import { MetricBook } from '../state/metricSeries';
import { RUN_COLOURS, type RunSeries } from '../state/runShelf.svelte';

/** A kept run as lines to draw beside the one on screen. */
export function overlayOf(run: RunListing, parts: readonly CurvePart[]): RunSeries {
  const book = new MetricBook();
  for (const { stage, keys, steps, values } of parts) book.add(stage, keys, steps, values);
  return {
    id: run.id,
    name: run.name,
    colour: RUN_COLOURS[0],
    settings: run.settings,
    series: (stage, key) => book.series(stage, key),
    keys: (stage) => book.keys(stage),
  };
}
