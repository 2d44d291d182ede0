/** Geometry of the small plot on which a curve is drawn before it is measured. Plain numbers, in pixels of its view box. */
export const PLOT = { width: 320, height: 164, left: 42, right: 10, top: 10, bottom: 24 } as const;

export interface Frame {
  steps: readonly [number, number];
  range: readonly [number, number];
}

const inner = { width: PLOT.width - PLOT.left - PLOT.right, height: PLOT.height - PLOT.top - PLOT.bottom };

export function xOf({ steps }: Frame, step: number): number {
  return PLOT.left + (inner.width * (step - steps[0])) / (steps[1] - steps[0]);
}

export function yOf({ range }: Frame, value: number): number {
  return PLOT.top + inner.height * (1 - (value - range[0]) / (range[1] - range[0]));
}

/** The value at a height of the plot, kept inside its range. */
export function valueAt({ range }: Frame, y: number): number {
  const share = 1 - (y - PLOT.top) / inner.height;
  return range[0] + Math.min(1, Math.max(0, share)) * (range[1] - range[0]);
}

/** Steps of the knots, at equal distances. */
export function knotSteps({ steps }: Frame, knots: number): number[] {
  return Array.from({ length: knots }, (_, i) => steps[0] + ((steps[1] - steps[0]) * i) / (knots - 1));
}

/** The knot nearest to a place of the plot. */
export function knotAt(x: number, knots: number): number {
  const share = (x - PLOT.left) / inner.width;
  return Math.min(knots - 1, Math.max(0, Math.round(share * (knots - 1))));
}

/** Points of an SVG polyline; values that are not finite are left out. */
export function pointsOf(frame: Frame, steps: readonly number[], values: readonly number[]): string {
  return steps
    .map((step, i) => ({ step, value: values[i] }))
    .filter(({ step, value }) => Number.isFinite(value) && step >= frame.steps[0] && step <= frame.steps[1])
    .map(({ step, value }) => `${xOf(frame, step).toFixed(1)},${yOf(frame, value).toFixed(1)}`)
    .join(' ');
}

/** The frame of a question, widened so that what was measured fits in. */
export function frameOf(frame: Frame, values: readonly number[]): Frame {
  const finite = values.filter(Number.isFinite);
  return {
    steps: frame.steps,
    range: [Math.min(frame.range[0], ...finite), Math.max(frame.range[1], ...finite)],
  };
}

/** The drawn value at a step, on the straight line between its neighbours. */
export function drawnAt(frame: Frame, drawn: readonly number[], step: number): number {
  const place = ((step - frame.steps[0]) / (frame.steps[1] - frame.steps[0])) * (drawn.length - 1);
  const left = Math.min(drawn.length - 2, Math.max(0, Math.floor(place)));
  return drawn[left] + (drawn[left + 1] - drawn[left]) * Math.min(1, Math.max(0, place - left));
}

/** Three round levels for the vertical axis. */
export function levels({ range }: Frame): number[] {
  return [range[0], (range[0] + range[1]) / 2, range[1]];
}
