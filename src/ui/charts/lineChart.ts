import uPlot from 'uplot';
import { EMPTY_VIEW, readPalette, type ChartView, type Palette } from './chartView';
import { GroundLayer } from './groundLayer';
import { paintChart, paintTop, type Frame } from './paintFrame';
import { CanvasPen, type Pen } from './pen';
import { LINEAR, logScale, paddedRange } from './scaleY';

export interface ChartCallbacks {
  hover(x: number | null): void;
  pick(x: number): void;
  zoom(range: [number, number] | null): void;
}

export interface ChartSize {
  width: number;
  height: number;
}

/** Room around the plot for tick labels, in CSS pixels. */
const MARGIN = { top: 6, right: 14, bottom: 22, left: 44 } as const;

/** Share of the height kept free of lines where the names of markers stand. */
const MARKER_ROOM = 0.14;

/** A drag shorter than this is a click. */
const CLICK_PX = 6;

/** A number among the design tokens: lines are wider in projector view, and readers choose the size of type. */
function readToken(element: Element, name: '--stroke' | '--z', fallback: number): number {
  return Number.parseFloat(getComputedStyle(element).getPropertyValue(name)) || fallback;
}

/** Lowest and highest value of all lines in the range shown, measured ones of the own run included. */
function extent({ lines, range, reference }: ChartView): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { line, isOverlay } of lines) {
    const [from, to] = line.span(...range);
    const found = [line.smoothExtremes.range(line.smooth, from, to)];
    if (!isOverlay && line.isSmoothed) found.push(line.rawExtremes.range(line.raw, from, to));
    for (const bounds of found)
      if (bounds !== null) [low, high] = [Math.min(low, bounds[0]), Math.max(high, bounds[1])];
  }
  if (low > high) return null;
  return reference === null ? [low, high] : [Math.min(low, reference.value), Math.max(high, reference.value)];
}

/** What is drawn for a view in a size, on the page or in a file. */
export function chartFrame(
  view: ChartView,
  { width, height }: ChartSize,
  palette: Palette,
  strokeWidth: number,
): Frame {
  const bounds = extent(view);
  const scale = view.isLog && bounds !== null ? logScale(...bounds) : LINEAR;
  const units = bounds === null ? [0, 1] : paddedRange(scale.toUnit(bounds[0]), scale.toUnit(bounds[1]));
  if (bounds !== null && view.markers.length > 0) units[1] += (units[1] - units[0]) * MARKER_ROOM;
  const [left, top] = [MARGIN.left, MARGIN.top];
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const perX = (right - left) / (view.range[1] - view.range[0] || 1);
  const perY = (bottom - top) / (units[1] - units[0]);
  const geometry = {
    ...{ left, top, right, bottom },
    xOf: (x: number) => left + (x - view.range[0]) * perX,
    yOf: (value: number) => bottom - (scale.toUnit(value) - units[0]) * perY,
  };
  return { view, palette, geometry, scale, ends: [scale.toValue(units[0]), scale.toValue(units[1])], strokeWidth };
}

/** One small chart: uPlot has the canvas, the linked cursor and the drag; what is on the canvas is painted here. */
export class LineChart {
  #plot: uPlot;
  #host: HTMLElement;
  #palette: Palette;
  #strokeWidth: number;
  /** The whole picture grows with the type, so that labels and their margins keep their proportions. */
  #zoom: number;
  #callbacks: ChartCallbacks;
  #view: ChartView = EMPTY_VIEW;
  readonly #ground = new GroundLayer();

  constructor(host: HTMLElement, size: ChartSize, callbacks: ChartCallbacks) {
    this.#host = host;
    this.#palette = readPalette(host);
    this.#zoom = readToken(host, '--z', 1);
    this.#strokeWidth = readToken(host, '--stroke', 2) / this.#zoom;
    this.#callbacks = callbacks;
    this.#plot = new uPlot(
      this.#options(size),
      [
        [0, 1],
        [null, null],
      ],
      host,
    );
    this.#plot.over.addEventListener('click', this.#onClick);
  }

  #options(size: ChartSize): uPlot.Options {
    return {
      ...size,
      padding: [MARGIN.top, MARGIN.right, MARGIN.bottom, MARGIN.left].map((px) => px * this.#zoom) as uPlot.Padding,
      legend: { show: false },
      scales: { x: { time: false, range: () => this.#view.range }, y: { range: () => [0, 1] } },
      axes: [{ show: false }, { show: false }],
      series: [{}, { show: false }],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        sync: { key: 'moment', filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
        bind: {
          dblclick: () => () => {
            this.#callbacks.zoom(null);
            return null;
          },
        },
      },
      hooks: {
        draw: [() => this.#paint()],
        setCursor: [(plot) => this.#onCursor(plot)],
        setSelect: [(plot) => this.#onSelect(plot)],
      },
    };
  }

  #paint(): void {
    const { ctx, width, height } = this.#plot;
    ctx.save();
    const zoom = this.#zoom;
    const scale = devicePixelRatio * zoom;
    ctx.scale(scale, scale);
    const size = { width: width / zoom, height: height / zoom };
    const frame = chartFrame(this.#view, size, this.#palette, this.#strokeWidth);
    this.#ground.paint(ctx, frame, scale);
    paintTop(new CanvasPen(ctx), frame);
    ctx.restore();
  }

  /** Draws the view with another pen or in another size: files of the same chart. */
  paintWith(pen: Pen, size: ChartSize): void {
    paintChart(pen, chartFrame(this.#view, size, this.#palette, this.#strokeWidth));
  }

  update(view: ChartView): void {
    const isMoved = view.range[0] !== this.#view.range[0] || view.range[1] !== this.#view.range[1];
    this.#view = view;
    if (isMoved) this.#plot.setData([[...view.range], [null, null]]);
    else this.#plot.redraw(false);
  }

  resize(size: ChartSize): void {
    this.#plot.setSize(size);
  }

  /** Reads the colours again after a theme change. */
  recolour(): void {
    this.#palette = readPalette(this.#host);
    this.#strokeWidth = readToken(this.#host, '--stroke', 2) / this.#zoom;
    this.#plot.redraw(false);
  }

  get background(): string {
    return this.#palette.s0;
  }

  get ink(): string {
    return this.#palette.ink;
  }

  /** Puts the linked cursor where a key or a finger has asked for it. */
  showCursor(x: number | null): void {
    this.#plot.setCursor({ left: x === null ? -10 : this.#plot.valToPos(x, 'x'), top: 0 }, false);
  }

  /** The place on the horizontal axis under a point of the plot. */
  xAt(left: number): number {
    return this.#plot.posToVal(left, 'x');
  }

  /** The part that takes pointers. */
  get surface(): HTMLElement {
    return this.#plot.over;
  }

  destroy(): void {
    this.#plot.over.removeEventListener('click', this.#onClick);
    this.#plot.destroy();
  }

  #onCursor(plot: uPlot): void {
    // Charts that only follow another chart's cursor have no event of their own.
    if (plot.cursor.event === undefined || plot.cursor.event === null) return;
    const left = plot.cursor.left ?? -1;
    this.#callbacks.hover(left < 0 ? null : plot.posToVal(left, 'x'));
  }

  #onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < CLICK_PX) return;
    this.#callbacks.zoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  #onClick = (event: MouseEvent): void => {
    if (this.#plot.select.width >= CLICK_PX) return;
    this.#callbacks.pick(Math.max(0, this.#plot.posToVal(event.offsetX, 'x')));
  };
}
