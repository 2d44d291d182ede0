import type { ChartView, DrawnLine, Palette } from './chartView';
import type { Extremes } from './extremes';
import type { Pen } from './pen';
import type { PreparedLine } from './preparedLine';

/** Where things lie, in CSS pixels. */
export interface Geometry {
  left: number;
  top: number;
  right: number;
  bottom: number;
  xOf(x: number): number;
  yOf(value: number): number;
}

const DASHES = { solid: [], dash: [8, 5], double: [], dashdot: [7, 4, 1.5, 4] } as const;

/** Lines of other runs are this opaque. */
const OVERLAY_ALPHA = 0.45;

/** Lines with their ghosts; at most two points a pixel, whatever their length. */
export function paintLines(pen: Pen, view: ChartView, palette: Palette, geometry: Geometry, strokeWidth: number): void {
  pen.clip(geometry.left, geometry.top - 2, geometry.right - geometry.left + 1, geometry.bottom - geometry.top + 4);
  for (const drawn of view.lines)
    if (!drawn.isOverlay && drawn.line.isSmoothed) paintGhost(pen, drawn, view, palette, geometry);
  for (const drawn of view.lines) paintLine(pen, drawn, view, palette, geometry, strokeWidth);
  pen.unclip();
}

/** The points in the range from index `first` on, as indices. */
function spanOf(line: PreparedLine, range: readonly [number, number], first: number): [number, number] {
  const [from, to] = line.span(...range);
  return [Math.max(from, first), to];
}

function paintLine(
  pen: Pen,
  { line, colour, stroke, isOverlay, from = 0 }: DrawnLine,
  { range }: ChartView,
  palette: Palette,
  geometry: Geometry,
  strokeWidth: number,
): void {
  if (line.length === 0) return;
  trace(pen, line, line.smooth, line.smoothExtremes, spanOf(line, range, from), geometry);
  const ink = palette[colour];
  const alpha = isOverlay ? OVERLAY_ALPHA : 1;
  if (stroke === 'double') {
    pen.stroke({ colour: ink, width: strokeWidth * 2.1, alpha });
    pen.stroke({ colour: palette.s0, width: strokeWidth * 0.85 });
  } else {
    pen.stroke({
      colour: ink,
      width: colour === 'muted' ? strokeWidth * 0.7 : strokeWidth,
      dash: DASHES[stroke],
      alpha,
    });
  }
}

/** The measured values behind the smoothed ones: a thin line, or a band from lowest to highest where points are dense. */
function paintGhost(pen: Pen, drawn: DrawnLine, { range }: ChartView, palette: Palette, geometry: Geometry): void {
  const { line, colour, from: first = 0 } = drawn;
  // Black outweighs colour: a dense ghost of it would hide its own smoothed line.
  const isBlack = colour === 'ink' || colour === 'muted';
  const [from, to] = spanOf(line, range, first);
  const level = line.rawExtremes.levelFor(to - from, geometry.right - geometry.left);
  if (level < 0) {
    trace(pen, line, line.raw, line.rawExtremes, [from, to], geometry);
    pen.stroke({ colour: palette[colour], width: 1, alpha: isBlack ? 0.2 : 0.32 });
    return;
  }
  band(pen, line, line.rawExtremes, level, from, to, geometry);
  pen.fill(palette[colour], isBlack ? 0.14 : 0.22);
}

/** Connects the points in the range: each of them, or lowest and highest of each block. */
function trace(
  pen: Pen,
  line: PreparedLine,
  values: Float64Array,
  extremes: Extremes,
  [from, to]: readonly [number, number],
  geometry: Geometry,
): void {
  if (from >= to) return;
  const level = extremes.levelFor(to - from, geometry.right - geometry.left);
  let isDown = false;
  const put = (x: number, value: number) => {
    if (!Number.isFinite(value)) {
      isDown = false;
      return;
    }
    if (isDown) pen.lineTo(geometry.xOf(x), geometry.yOf(value));
    else pen.moveTo(geometry.xOf(x), geometry.yOf(value));
    isDown = true;
  };
  pen.begin();
  if (level < 0) {
    for (let i = from; i < to; i++) put(line.xs[i], values[i]);
    return;
  }
  const size = extremes.blockSize(level);
  for (let block = Math.floor(from / size); block * size < to; block++) {
    const [low, high] = [extremes.low(level, block), extremes.high(level, block)];
    if (low > high) continue;
    // In the order that leads on from the block before.
    const start = values[block * size];
    const isRising = start - low <= high - start;
    put(line.xs[block * size], isRising ? low : high);
    put(line.xs[Math.min(block * size + (size >> 1), line.length - 1)], isRising ? high : low);
  }
  // A line ends where its last point is.
  put(line.xs[to - 1], values[to - 1]);
}

function band(
  pen: Pen,
  line: PreparedLine,
  extremes: Extremes,
  level: number,
  from: number,
  to: number,
  geometry: Geometry,
): void {
  const size = extremes.blockSize(level);
  const first = Math.floor(from / size);
  const last = Math.floor((to - 1) / size);
  let isDown = false;
  const put = (block: number, value: number) => {
    const x = geometry.xOf(line.xs[Math.min(block * size + (size >> 1), line.length - 1)]);
    if (isDown) pen.lineTo(x, geometry.yOf(value));
    else pen.moveTo(x, geometry.yOf(value));
    isDown = true;
  };
  const isKnown = (block: number) => extremes.low(level, block) <= extremes.high(level, block);
  pen.begin();
  for (let block = first; block <= last; block++) if (isKnown(block)) put(block, extremes.high(level, block));
  for (let block = last; block >= first; block--) if (isKnown(block)) put(block, extremes.low(level, block));
}
