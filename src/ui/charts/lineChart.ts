import uPlot from 'uplot';
import { metricRow, type MetricKey } from '../../metrics/metrics';
import { formatNumber } from '../state/format';
import type { LineColour, LineStroke } from './chartSpecs';

export interface ChartLine {
  /** Positions on the horizontal axis, ascending: steps, or what they were translated into. */
  xs: number[];
  /** What is drawn: smoothed or as measured. */
  values: number[];
  /** The measured values as a ghost behind the smoothed line. */
  raw: number[] | null;
  label: string | null;
}

/** All that a redraw needs. */
export interface ChartView {
  lines: ChartLine[];
  range: [number, number];
  markers: { x: number; label: string }[];
  /** Where the step on show is; null while following the newest, which is then marked by a dot only. */
  moment: number | null;
  /** Where the newest step is. */
  newest: number;
  /** The axis counts whole things. */
  isWhole: boolean;
  reference: { value: number; label: string } | null;
}

export interface ChartCallbacks {
  hover(x: number | null): void;
  pick(x: number): void;
  zoom(range: [number, number] | null): void;
}

interface LineStyle {
  colour: LineColour;
  stroke: LineStroke;
}

const COLOUR_VARIABLES = [
  '--base',
  '--sft',
  '--ppo',
  '--ink',
  '--muted',
  '--line',
  '--edge',
  '--accent',
  '--s0',
] as const;
type Palette = Record<(typeof COLOUR_VARIABLES)[number], string>;

// Whole pixels: uPlot scales the size for dense displays and reads no decimals.
const FONT = '12px "Inter Variable", system-ui, sans-serif';
const LABEL_FONT = '520 11.5px "Inter Variable", system-ui, sans-serif';

/** Pixels from the right end within which the name of a line would run into the name of a reference level. */
const REFERENCE_ROOM = 150;

/** Share of the height kept free of lines where the names of markers stand. */
const MARKER_ROOM = 0.14;

/** Steps between ticks: 1, 2 or 5 times a power of ten, because 2.5 needs a decimal more than its neighbours. */
const NICE_STEPS = Array.from({ length: 14 }, (_, i) => i - 7).flatMap((power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
);
const X_STEPS = NICE_STEPS.filter((step) => step >= 1);

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(COLOUR_VARIABLES.map((name) => [name, style.getPropertyValue(name).trim()])) as Palette;
}

/** Decimals that tell neighbouring ticks apart. */
function tickLabels(splits: number[], unit: '' | ' %'): string[] {
  const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1;
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
  return splits.map((split) => formatNumber(split, digits) + unit);
}

/** Room for the longest tick label, so that none is cut. */
function axisWidth(labels: readonly string[] | null): number {
  return Math.max(34, ...(labels ?? []).map((label) => label.length * 6.8 + 8));
}

/** The y range: the data with a little air; a flat line gets a band around it. */
function paddedRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const span = high - low || Math.max(Math.abs(high) * 0.2, 0.1);
  const bottom = low >= 0 && low < span * 0.25 ? 0 : low - span * 0.08;
  return [bottom, high + span * 0.12];
}

/** One small chart on a canvas: uPlot draws lines and axes, this class adds markers, labels and the moment. */
export class LineChart {
  #plot: uPlot;
  #palette = readPalette();
  #styles: readonly LineStyle[];
  #callbacks: ChartCallbacks;
  #view: ChartView = { lines: [], range: [0, 1], markers: [], moment: null, newest: 0, isWhole: true, reference: null };
  #key: MetricKey;

  constructor(
    host: HTMLElement,
    key: MetricKey,
    styles: readonly LineStyle[],
    size: { width: number; height: number },
    callbacks: ChartCallbacks,
  ) {
    this.#key = key;
    this.#styles = styles;
    this.#callbacks = callbacks;
    this.#plot = new uPlot(this.#options(size), [[]], host);
    this.#plot.over.addEventListener('click', this.#onClick);
  }

  #options(size: { width: number; height: number }): uPlot.Options {
    const unit = metricRow(this.#key).unit === '%' ? ' %' : '';
    const axis = { font: FONT, stroke: () => this.#palette['--muted'], ticks: { show: false } };
    return {
      ...size,
      padding: [6, 14, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => this.#view.range },
        y: { range: (_plot, low, high) => this.#yRange(low, high) },
      },
      axes: [
        {
          ...axis,
          size: 22,
          gap: 5,
          space: 48,
          grid: { show: false },
          border: { show: true, width: 1, stroke: () => this.#palette['--edge'] },
          values: (_plot, splits) => tickLabels(splits, ''),
          incrs: () => (this.#view.isWhole ? X_STEPS : NICE_STEPS),
        },
        {
          ...axis,
          size: (_plot, labels: string[] | null) => axisWidth(labels),
          incrs: NICE_STEPS,
          gap: 5,
          space: 18,
          grid: { width: 1, stroke: () => this.#palette['--line'] },
          values: (_plot, splits) => tickLabels(splits, unit),
        },
      ],
      series: [{}, ...this.#styles.flatMap((style) => this.#seriesOf(style))],
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
        draw: [() => this.#drawExtras()],
        setCursor: [(plot) => this.#onCursor(plot)],
        setSelect: [(plot) => this.#onSelect(plot)],
      },
    };
  }

  /** Each line is three series: ghost, stroke and, for the double stroke, the paper-coloured core. */
  #seriesOf({ colour, stroke }: LineStyle): uPlot.Series[] {
    const shared = { spanGaps: true, points: { show: false } };
    const ink = () => this.#palette[`--${colour}`];
    return [
      // Black outweighs colour: a dense ghost of it would hide its own smoothed line.
      { ...shared, width: 1, alpha: colour === 'ink' || colour === 'muted' ? 0.2 : 0.32, stroke: ink },
      {
        ...shared,
        width: stroke === 'double' ? 4.2 : colour === 'muted' ? 1.4 : 2,
        stroke: ink,
        dash: stroke === 'dash' ? [8, 5] : [],
      },
      { ...shared, width: 1.7, stroke: () => this.#palette['--s0'], show: stroke === 'double' },
    ];
  }

  #yRange(low: number | null, high: number | null): [number, number] {
    const reference = this.#view.reference?.value;
    const isEmpty = low === null || high === null;
    const [bottom, top] =
      isEmpty || reference === undefined
        ? paddedRange(low, high)
        : paddedRange(Math.min(low, reference), Math.max(high, reference));
    const hasMarkers = !isEmpty && this.#view.markers.length > 0;
    return [bottom, hasMarkers ? top + (top - bottom) * MARKER_ROOM : top];
  }

  update(view: ChartView): void {
    this.#view = view;
    // An empty chart keeps one invisible point, so that axes are drawn from the start.
    const tables = view.lines.map(
      (line) => [line.xs, line.raw ?? line.xs.map(() => null), line.values, line.values] as uPlot.AlignedData,
    );
    const isEmpty = tables.every((table) => table[0].length === 0);
    this.#plot.setData(
      isEmpty
        ? [
            [...view.range],
            ...this.#styles.flatMap(() => [
              [null, null],
              [null, null],
              [null, null],
            ]),
          ]
        : uPlot.join(tables),
    );
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  /** Reads the colours again after a theme change. */
  recolour(): void {
    this.#palette = readPalette();
    this.#plot.redraw(false);
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
    if (width < 6) return;
    this.#callbacks.zoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  #onClick = (event: MouseEvent): void => {
    if (this.#plot.select.width >= 6) return;
    this.#callbacks.pick(Math.max(0, this.#plot.posToVal(event.offsetX, 'x')));
  };

  #drawExtras(): void {
    const { ctx } = this.#plot;
    ctx.save();
    ctx.scale(devicePixelRatio, devicePixelRatio);
    ctx.textBaseline = 'middle';
    this.#drawReference(ctx);
    this.#drawMarkers(ctx);
    this.#drawMoment(ctx);
    ctx.restore();
  }

  /** Plot area in CSS pixels; uPlot counts in device pixels. */
  #area() {
    const { left, top, width, height } = this.#plot.bbox;
    const ratio = devicePixelRatio;
    return { left: left / ratio, top: top / ratio, right: (left + width) / ratio, bottom: (top + height) / ratio };
  }

  #xOf(x: number): number {
    return this.#area().left + this.#plot.valToPos(x, 'x');
  }

  #yOf(value: number): number {
    return this.#area().top + this.#plot.valToPos(value, 'y');
  }

  #drawReference(ctx: CanvasRenderingContext2D): void {
    const reference = this.#view.reference;
    if (reference === null) return;
    const area = this.#area();
    const y = Math.round(this.#yOf(reference.value)) + 0.5;
    this.#stroke(ctx, [area.left, y, area.right, y], '--edge', [4, 4]);
    // The names of the lines stand at their ends, on the right; there the reference gives way.
    const at = this.#view.moment ?? this.#view.newest;
    const isTaken = this.#view.lines.some((line) => {
      const end = line.label === null ? null : this.#endOf(line, at);
      return end !== null && end.x > area.right - REFERENCE_ROOM && Math.abs(end.y - y) < 28;
    });
    if (isTaken) this.#label(ctx, reference.label, area.left + 4, y - 8, 'left', '--muted');
    else this.#label(ctx, reference.label, area.right - 2, y - 8, 'right', '--muted');
  }

  /** Newest first: where two labels would run into each other, the later one is kept. */
  #drawMarkers(ctx: CanvasRenderingContext2D): void {
    const area = this.#area();
    ctx.font = LABEL_FONT;
    let free = area.right + 12;
    for (const marker of this.#view.markers.toReversed()) {
      const x = Math.round(this.#xOf(marker.x)) + 0.5;
      if (x < area.left || x > area.right) continue;
      this.#stroke(ctx, [x, area.top, x, area.bottom], '--edge', [3, 3]);
      const width = ctx.measureText(marker.label).width + 8;
      const fitsRight = x + width <= free;
      if (!fitsRight && x > free) continue;
      const isLeft = !fitsRight && x - width >= area.left && x <= free;
      if (!fitsRight && !isLeft) continue;
      this.#label(ctx, marker.label, x + (isLeft ? -4 : 4), area.top + 6, isLeft ? 'right' : 'left', '--ink');
      free = isLeft ? x - width : x;
    }
  }

  #drawMoment(ctx: CanvasRenderingContext2D): void {
    const area = this.#area();
    const { moment, newest, lines } = this.#view;
    if (moment !== null) {
      const x = Math.round(this.#xOf(moment)) + 0.5;
      if (x >= area.left && x <= area.right) this.#stroke(ctx, [x, area.top - 2, x, area.bottom], '--accent', []);
    }
    const ends = lines.map((line) => this.#endOf(line, moment ?? newest));
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i];
      if (end === null || end.x < area.left - 1 || end.x > area.right + 1) continue;
      this.#dot(ctx, end.x, end.y, this.#styles[i].colour);
      const other = ends[1 - i] ?? null;
      const label = lines[i].label;
      if (label !== null) this.#drawLineLabel(ctx, label, end, other, this.#styles[i].colour);
    }
  }

  /** Labels of two lines that end close together are pushed apart. */
  #drawLineLabel(
    ctx: CanvasRenderingContext2D,
    text: string,
    end: { x: number; y: number },
    other: { x: number; y: number } | null,
    colour: LineColour,
  ): void {
    const area = this.#area();
    ctx.font = LABEL_FONT;
    const fits = end.x + 12 + ctx.measureText(text).width < area.right + 12;
    const isAbove = other === null || end.y <= other.y;
    const gap = other === null ? 99 : Math.abs(end.y - other.y);
    const shift = fits ? (gap < 15 ? (isAbove ? -1 : 1) * (15 - gap) * 0.5 : 0) : isAbove ? -13 : 13;
    const y = Math.min(area.bottom - 6, Math.max(area.top + 5, end.y + shift));
    this.#label(
      ctx,
      text,
      fits ? end.x + 9 : Math.min(end.x, area.right - 4),
      y,
      fits ? 'left' : 'right',
      colour === 'muted' ? '--muted' : '--ink',
    );
  }

  #endOf(line: ChartLine, at: number): { x: number; y: number } | null {
    const index = Math.max(
      0,
      line.xs.findLastIndex((x) => x <= at),
    );
    if (!Number.isFinite(line.values[index])) return null;
    return { x: this.#xOf(line.xs[index]), y: this.#yOf(line.values[index]) };
  }

  #dot(ctx: CanvasRenderingContext2D, x: number, y: number, colour: LineColour): void {
    ctx.beginPath();
    ctx.arc(x, y, 3.6, 0, 2 * Math.PI);
    ctx.fillStyle = this.#palette['--s0'];
    ctx.fill();
    ctx.lineWidth = 2;
    ctx.setLineDash([]);
    ctx.strokeStyle = this.#palette[`--${colour}`];
    ctx.stroke();
  }

  #stroke(
    ctx: CanvasRenderingContext2D,
    [x0, y0, x1, y1]: [number, number, number, number],
    colour: keyof Palette,
    dash: number[],
  ): void {
    ctx.beginPath();
    ctx.lineWidth = 1;
    ctx.setLineDash(dash);
    ctx.strokeStyle = this.#palette[colour];
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
  }

  #label(
    ctx: CanvasRenderingContext2D,
    text: string,
    x: number,
    y: number,
    align: 'left' | 'right',
    colour: keyof Palette,
  ): void {
    ctx.font = LABEL_FONT;
    const width = ctx.measureText(text).width;
    ctx.globalAlpha = 0.82;
    ctx.fillStyle = this.#palette['--s0'];
    ctx.fillRect(align === 'left' ? x - 2 : x - width - 2, y - 7, width + 4, 14);
    ctx.globalAlpha = 1;
    ctx.textAlign = align;
    ctx.fillStyle = this.#palette[colour];
    ctx.fillText(text, x, y);
  }
}
