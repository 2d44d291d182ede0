import { formatNumber } from '../state/format';
import type { ChartView, DrawnLine, Palette } from './chartView';
import { paintLines, type Geometry } from './paintLines';
import type { Pen, TextStyle } from './pen';
import { niceTicks, type ScaleY } from './scaleY';

/** Everything drawn around the lines, and the lines: one function for the page and for files. */
export interface Frame {
  view: ChartView;
  palette: Palette;
  geometry: Geometry;
  scale: ScaleY;
  /** Values at the lower and upper end of the vertical axis. */
  ends: [number, number];
  /** Wider in projector view. */
  strokeWidth: number;
}

const TICK = { size: 12, weight: 400 } as const;
const LABEL = { size: 11.5, weight: 520 } as const;
/** Height of a tick label. */
const LABEL_ROOM = 13;
/** Pixels between neighbouring ticks at least; in tall charts ticks stand further apart than their numbers need. */
const TICK_ROOM = { x: 52, y: 14, tall: 48 } as const;

/** From this many on, the ticks of the vertical axis keep the wider distance. */
const ENOUGH_TICKS = 6;
/** Pixels from the right end within which the name of a line would run into the name of a reference level. */
const REFERENCE_ROOM = 150;

/** Height of the mark of a save, above the axis, and the least distance of two: a fast run is saved often. */
const SAVE_MARK = 5;
const SAVE_ROOM = 48;

export function paintChart(pen: Pen, frame: Frame): void {
  paintGround(pen, frame);
  paintTop(pen, frame);
}

/** Axes and lines: most of the work, and the same from frame to frame but for new points. */
export function paintGround(pen: Pen, frame: Frame): void {
  paintAxes(pen, frame);
  const { reference } = frame.view;
  if (reference !== null) paintReference(pen, frame, reference.value);
  paintLines(pen, frame.view, frame.palette, frame.geometry, frame.strokeWidth);
}

/** What lines have got beyond the points that were painted. @param lengths of the lines of the view then */
export function paintTails(
  pen: Pen,
  { view, palette, geometry, strokeWidth }: Frame,
  lengths: readonly number[],
): void {
  const grown = view.lines.flatMap((drawn, i) =>
    lengths[i] > 0 && lengths[i] < drawn.line.length ? [{ ...drawn, from: lengths[i] - 1 }] : [],
  );
  if (grown.length > 0) paintLines(pen, { ...view, lines: grown }, palette, geometry, strokeWidth);
}

/** Names, marks and the moment, above the lines. */
export function paintTop(pen: Pen, frame: Frame): void {
  const { reference } = frame.view;
  if (reference !== null) nameReference(pen, frame, reference);
  paintMarkers(pen, frame);
  paintMoment(pen, frame);
}

function straight(
  pen: Pen,
  from: readonly [number, number],
  to: readonly [number, number],
  colour: string,
  dash: readonly number[] = [],
): void {
  pen.begin();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke({ colour, width: 1, dash });
}

/** Decimals that tell neighbouring ticks apart; tiny and huge numbers in short form. */
export function tickLabels(ticks: readonly number[], unit: '' | ' %'): string[] {
  const gaps = ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i]));
  const step = gaps.length > 0 ? Math.min(...gaps) : Math.abs(ticks[0] ?? 1) || 1;
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
  return ticks.map((tick) => {
    const size = Math.abs(tick);
    if (size >= 10_000) return `${formatNumber(tick / 1000, size % 1000 === 0 ? 0 : 1)}k${unit}`;
    return (size > 0 && size < 1e-3 ? tick.toExponential(0).replace('-', '−') : formatNumber(tick, digits)) + unit;
  });
}

/** Zero first, then from the largest to the smallest. */
function namingOrder(ticks: readonly number[]): number[] {
  const rank = (tick: number) => (tick === 0 ? Infinity : Math.abs(tick));
  return ticks.map((_, i) => i).sort((a, b) => rank(ticks[b]) - rank(ticks[a]));
}

function paintAxes(
  pen: Pen,
  { view, palette, geometry: { left, right, top, bottom, xOf, yOf }, scale, ends }: Frame,
): void {
  const style = { ...TICK, colour: palette.muted };
  const height = bottom - top;
  const ys = scale.ticks(...ends, Math.min(height / TICK_ROOM.y, Math.max(ENOUGH_TICKS, height / TICK_ROOM.tall)));
  const labels = tickLabels(ys, view.unit);
  const named: number[] = [];
  for (const i of namingOrder(ys)) {
    const y = Math.round(yOf(ys[i])) + 0.5;
    if (y < top - 1 || y > bottom + 1) continue;
    straight(pen, [left, y], [right, y], palette.grid);
    // On a logarithmic axis ticks may come close; zero is named first, the others where they fit.
    if (named.some((other) => Math.abs(other - y) < LABEL_ROOM)) continue;
    named.push(y);
    pen.text(labels[i], left - 5, y, { ...style, align: 'right' });
  }
  straight(pen, [left, Math.round(bottom) + 0.5], [right, Math.round(bottom) + 0.5], palette.edge);
  const most = Math.max(2, Math.floor((right - left) / TICK_ROOM.x));
  const xs = niceTicks(...view.range, most, view.isWhole ? 1 : 0);
  tickLabels(xs, '').forEach((label, i) => {
    const x = xOf(xs[i]);
    const half = pen.measure(label, TICK.size, TICK.weight) / 2;
    pen.text(label, Math.min(x, right + 12 - half), bottom + 13, { ...style, align: 'center' });
  });
}

function label(
  pen: Pen,
  { palette }: Frame,
  words: string,
  x: number,
  y: number,
  align: TextStyle['align'],
  isMuted = false,
): void {
  pen.text(words, x, y, { ...LABEL, align, colour: isMuted ? palette.muted : palette.ink, behind: palette.s0 });
}

const heightOf = ({ geometry }: Frame, value: number) => Math.round(geometry.yOf(value)) + 0.5;

function paintReference(pen: Pen, frame: Frame, value: number): void {
  const { left, right } = frame.geometry;
  const y = heightOf(frame, value);
  straight(pen, [left, y], [right, y], frame.palette.edge, [4, 4]);
}

/** After the lines, so that none of them crosses the words. */
function nameReference(pen: Pen, frame: Frame, reference: { value: number; label: string }): void {
  const { geometry, view } = frame;
  const { left, right } = geometry;
  const y = heightOf(frame, reference.value);
  // The names of the lines stand at their ends, on the right; there the reference gives way.
  const at = view.moment ?? view.newest;
  const isTaken = view.lines.some((drawn) => {
    const end = drawn.label === null ? null : endOf(drawn, at, geometry);
    return end !== null && end.x > right - REFERENCE_ROOM && Math.abs(end.y - y) < 28;
  });
  if (isTaken) label(pen, frame, reference.label, left + 4, y - 8, 'left', true);
  else label(pen, frame, reference.label, right - 2, y - 8, 'right', true);
}

/** Newest first: where two labels would run into each other, the later one is kept. */
function paintMarkers(pen: Pen, frame: Frame): void {
  const { geometry, palette, view } = frame;
  const { left, right, top, bottom, xOf } = geometry;
  let free = right + 12;
  for (const marker of view.markers.toReversed()) {
    const x = Math.round(xOf(marker.x)) + 0.5;
    if (x < left || x > right) continue;
    straight(pen, [x, top], [x, bottom], palette.edge, [3, 3]);
    const width = pen.measure(marker.label, LABEL.size, LABEL.weight) + 8;
    const fitsRight = x + width <= free;
    const isLeft = !fitsRight && x - width >= left && x <= free;
    if (!fitsRight && !isLeft) continue;
    label(pen, frame, marker.label, x + (isLeft ? -4 : 4), top + 6, isLeft ? 'right' : 'left');
    free = isLeft ? x - width : x;
  }
  let marked = -Infinity;
  for (const save of view.saves) {
    const x = Math.round(xOf(save)) + 0.5;
    if (x < left || x > right || x - marked < SAVE_ROOM) continue;
    straight(pen, [x, bottom], [x, bottom - SAVE_MARK], palette.edge, []);
    marked = x;
  }
  for (const pin of view.pins) {
    const x = Math.round(xOf(pin)) + 0.5;
    if (x >= left && x <= right) straight(pen, [x, top], [x, bottom], palette.accent, [1, 3]);
  }
}

interface End {
  x: number;
  y: number;
}

function endOf({ line }: DrawnLine, at: number, { xOf, yOf }: Geometry): End | null {
  if (line.length === 0) return null;
  const index = Math.max(0, line.xs[line.length - 1] <= at ? line.length - 1 : line.indexAt(at));
  const value = line.smooth[index];
  return Number.isFinite(value) ? { x: xOf(line.xs[index]), y: yOf(value) } : null;
}

function paintMoment(pen: Pen, frame: Frame): void {
  const { view, geometry, palette, strokeWidth } = frame;
  const { left, right, top, bottom, xOf } = geometry;
  if (view.moment !== null) {
    const x = Math.round(xOf(view.moment)) + 0.5;
    if (x >= left && x <= right) straight(pen, [x, top - 2], [x, bottom], palette.accent);
  }
  const own = view.lines.filter(({ isOverlay }) => !isOverlay);
  const ends = own.map((drawn) => endOf(drawn, view.moment ?? view.newest, geometry));
  own.forEach((drawn, i) => {
    const end = ends[i];
    if (end === null || end.x < left - 1 || end.x > right + 1) return;
    pen.circle(end.x, end.y, 3.6, palette.s0, { colour: palette[drawn.colour], width: strokeWidth });
    if (drawn.label !== null) paintLineLabel(pen, frame, drawn, end, ends.find((other) => other !== end) ?? null);
  });
}

/** Labels of two lines that end close together are pushed apart. */
function paintLineLabel(
  pen: Pen,
  frame: Frame,
  { label: words, colour }: DrawnLine,
  end: End,
  other: End | null,
): void {
  const { top, bottom, right } = frame.geometry;
  const text = words ?? '';
  const fits = end.x + 12 + pen.measure(text, LABEL.size, LABEL.weight) < right + 12;
  const isAbove = other === null || end.y <= other.y;
  const gap = other === null ? 99 : Math.abs(end.y - other.y);
  const shift = fits ? (gap < 15 ? (isAbove ? -1 : 1) * (15 - gap) * 0.5 : 0) : isAbove ? -13 : 13;
  const y = Math.min(bottom - 6, Math.max(top + 5, end.y + shift));
  const x = fits ? end.x + 9 : Math.min(end.x, right - 4);
  label(pen, frame, text, x, y, fits ? 'left' : 'right', colour === 'muted');
}
