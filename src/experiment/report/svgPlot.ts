/**
 * Draws a figure as one SVG file: axes, intervals, lines with their own dash and marker, a legend. It follows the reader's
 * light or dark theme, needs no script and no font, and says what it shows to who cannot see it.
 */
import type { Figure, Panel, Point, Series, Style } from './chart';
import { linearTicks, logTicks, tickLabel } from './ticks';

const WIDTH = 680;
const PANEL_HEIGHT = 300;
const MARGIN = { left: 62, right: 24, top: 16, bottom: 46 };
const HEAD = 34;
const LEGEND_ROW = 20;

type Marker = 'circle' | 'square' | 'triangle' | 'diamond';

interface Look {
  light: string;
  dark: string;
  dash: string;
  marker: Marker;
}

/** The policies' colours, dashes and markers are those of the page. */
const LOOKS: Record<Style, Look> = {
  base: { light: '#7C8296', dark: '#C4C6CC', dash: '2 3', marker: 'circle' },
  sft: { light: '#144B99', dark: '#2F93FF', dash: '9 4', marker: 'square' },
  ppo: { light: '#C4600A', dark: '#FF7417', dash: '', marker: 'triangle' },
  ppoPtx: { light: '#0F8F5B', dark: '#4DF0A0', dash: '8 3 2 3', marker: 'diamond' },
  gold: { light: '#1B1E24', dark: '#E8EAEE', dash: '', marker: 'circle' },
  proxy: { light: '#5B3FD6', dark: '#B3A3FF', dash: '6 3', marker: 'diamond' },
  quiet: { light: '#767C88', dark: '#7F8694', dash: '3 3', marker: 'circle' },
};

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const n1 = (value: number) => String(Math.round(value * 10) / 10);

/** @returns the text of an SVG file */
export function drawFigure(figure: Figure): string {
  const names = figure.panels.map((panel) => panel.series.length);
  const heights = names.map((count) => PANEL_HEIGHT + LEGEND_ROW * Math.ceil(count / 3));
  const height = HEAD + heights.reduce((sum, each) => sum + each, 0);
  let top = HEAD;
  const panels = figure.panels.map((panel, i) => {
    const drawn = drawPanel(panel, top);
    top += heights[i];
    return drawn;
  });
  const id = `figure-${figure.id}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-text">`,
    `<title id="${id}-title">${escape(figure.title)}</title>`,
    `<desc id="${id}-text">${escape(figure.caption)}</desc>`,
    `<style>${stylesheet()}</style>`,
    `<rect class="surface" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="${MARGIN.left}" y="22">${escape(figure.title)}</text>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function stylesheet(): string {
  const rules = (theme: 'light' | 'dark', ink: string, muted: string, grid: string, surface: string) =>
    [
      `.surface{fill:${surface}}text{fill:${ink};stroke:none}.muted{fill:${muted}}.grid{stroke:${grid}}.axis{stroke:${muted}}`,
      ...Object.entries(LOOKS).map(([name, look]) => `.${name}{stroke:${look[theme]};fill:${look[theme]}}`),
      `.hollow{fill:${surface};stroke-width:1.6}`,
    ].join('');
  const common =
    'text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif}.title{font-size:15px;font-weight:600}' +
    '.small{font-size:12px}path.line,line.line{fill:none;stroke-width:2}line.bar{stroke-width:1.4}.level{stroke-dasharray:4 4}';
  const dark = rules('dark', '#E8EAEE', '#A9B0BD', '#33373F', '#14161A');
  return `${common}${rules('light', '#1B1E24', '#4A505C', '#E1E4E9', '#FFFFFF')}@media (prefers-color-scheme:dark){${dark}}`;
}

/** Where a value lies on an axis. */
interface Axis {
  at(value: number): number;
  ticks: number[];
}

function axisOf(values: readonly number[], scale: 'linear' | 'log', from: number, to: number): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // One value alone still needs an axis around it.
  const spread = most > least ? most - least : Math.abs(most) || 1;
  const map = scale === 'log' ? Math.log : (value: number) => value;
  const low = scale === 'log' ? least / 1.15 : least - 0.06 * spread;
  const high = scale === 'log' ? most * 1.15 : most + 0.06 * spread;
  const ticks = scale === 'log' ? logTicks(low, high) : linearTicks(low, high);
  const at = (value: number) => from + ((map(value) - map(low)) / (map(high) - map(low))) * (to - from);
  return { at, ticks };
}

function drawPanel(panel: Panel, top: number): string {
  const points = panel.series.flatMap((series) => series.points);
  const bottom = top + PANEL_HEIGHT - MARGIN.bottom;
  const positions = panel.categories?.map((_, i) => i + 1) ?? [];
  const x = axisOf(
    [...points.map((point) => point.x), ...(positions.length > 0 ? [0.7, positions.length + 0.3] : [])],
    panel.xScale,
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = axisOf(
    [...points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]), panel.level ?? points[0].y],
    'linear',
    bottom,
    top + MARGIN.top,
  );
  return [
    ...drawAxes(panel, x, y, top, bottom),
    ...panel.series.map((series) => drawSeries(series, x, y)),
    drawLegend(panel.series, top + PANEL_HEIGHT),
  ].join('\n');
}

function drawAxes(
  { xLabel, yLabel, categories, level }: Panel,
  x: Axis,
  y: Axis,
  top: number,
  bottom: number,
): string[] {
  const right = WIDTH - MARGIN.right;
  const middle = (MARGIN.left + right) / 2;
  const centre = (top + MARGIN.top + bottom) / 2;
  const marks =
    categories?.map((name, i) => ({ at: i + 1, name })) ?? x.ticks.map((tick) => ({ at: tick, name: tickLabel(tick) }));
  return [
    ...y.ticks.map((tick) => {
      const at = n1(y.at(tick));
      const label = `<text class="muted small" x="${MARGIN.left - 8}" y="${n1(y.at(tick) + 4)}" text-anchor="end">${tickLabel(tick)}</text>`;
      return `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${at}" y2="${at}"/>${label}`;
    }),
    ...marks.map(
      ({ at, name }) =>
        `<text class="muted small" x="${n1(x.at(at))}" y="${bottom + 18}" text-anchor="middle">${escape(name)}</text>`,
    ),
    ...(level === undefined
      ? []
      : [
          `<line class="axis level" x1="${MARGIN.left}" x2="${right}" y1="${n1(y.at(level))}" y2="${n1(y.at(level))}"/>`,
        ]),
    `<line class="axis" x1="${MARGIN.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    `<text class="small" x="${n1(middle)}" y="${bottom + 37}" text-anchor="middle">${escape(xLabel)}</text>`,
    `<text class="small" transform="translate(16 ${n1(centre)}) rotate(-90)" text-anchor="middle">${escape(yLabel)}</text>`,
  ];
}

function drawSeries({ style, points, draw, isHollow }: Series, x: Axis, y: Axis): string {
  const { dash } = LOOKS[style];
  const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${n1(x.at(point.x))} ${n1(y.at(point.y))}`).join('');
  const line =
    draw === 'points' ? [] : [`<path class="${style} line" d="${path}"${dash && ` stroke-dasharray="${dash}"`}/>`];
  const marks =
    draw === 'line'
      ? []
      : points.flatMap((point) => [
          drawInterval(point, point.style ?? style, x, y),
          drawMarker(point.style ?? style, x.at(point.x), y.at(point.y), isHollow),
          point.label === undefined
            ? ''
            : `<text class="small muted" x="${n1(x.at(point.x) + 8)}" y="${n1(y.at(point.y) - 7)}">${escape(point.label)}</text>`,
        ]);
  return `<g>${[...line, ...marks].join('')}</g>`;
}

function drawInterval({ x: at, low, high }: Point, style: Style, x: Axis, y: Axis): string {
  if (low === undefined || high === undefined) return '';
  const column = n1(x.at(at));
  return `<line class="${style} bar" x1="${column}" x2="${column}" y1="${n1(y.at(low))}" y2="${n1(y.at(high))}"/>`;
}

function drawMarker(style: Style, x: number, y: number, isHollow = false): string {
  const size = 4;
  const classes = isHollow ? `${style} hollow` : style;
  const shape: Record<Marker, string> = {
    circle: `<circle class="${classes}" cx="${n1(x)}" cy="${n1(y)}" r="${size}"/>`,
    square: `<rect class="${classes}" x="${n1(x - size)}" y="${n1(y - size)}" width="${2 * size}" height="${2 * size}"/>`,
    triangle: `<path class="${classes}" d="M${n1(x)} ${n1(y - 5)}L${n1(x + 5)} ${n1(y + 4)}L${n1(x - 5)} ${n1(y + 4)}Z"/>`,
    diamond: `<path class="${classes}" d="M${n1(x)} ${n1(y - 5)}L${n1(x + 5)} ${n1(y)}L${n1(x)} ${n1(y + 5)}L${n1(x - 5)} ${n1(y)}Z"/>`,
  };
  return shape[LOOKS[style].marker];
}

function drawLegend(series: readonly Series[], top: number): string {
  const column = (WIDTH - MARGIN.left - MARGIN.right) / 3;
  return series
    .map(({ name, style, draw, isHollow }, i) => {
      const x = MARGIN.left + (i % 3) * column;
      const y = top + 4 + Math.floor(i / 3) * LEGEND_ROW;
      const { dash } = LOOKS[style];
      const line = `<line class="${style} line" x1="${n1(x)}" x2="${n1(x + 26)}" y1="${y}" y2="${y}"${dash && ` stroke-dasharray="${dash}"`}/>`;
      const mark = draw === 'line' ? '' : drawMarker(style, x + 13, y, isHollow);
      return `<g>${draw === 'points' ? '' : line}${mark}<text class="small" x="${n1(x + 33)}" y="${y + 4}">${escape(name)}</text></g>`;
    })
    .join('\n');
}
