import type { MetricKey } from '../../metrics/metrics';
import type { LineSource } from './chartLines';
import type { ChartSpec } from './chartSpecs';
import type { LineChart } from './lineChart';
import { CanvasPen, SvgPen } from './pen';

/** Size of a saved figure in CSS pixels; pictures are twice as fine. */
const FIGURE = { width: 720, height: 360 } as const;
/** Room for the name above it. */
const TITLE_ROOM = 34;
const TITLE = { align: 'left', size: 15, weight: 620 } as const;

/** @param sentence what the chart shows, for people who have the file read to them */
export function chartSvg(chart: LineChart, title: string, sentence: string): string {
  const pen = new SvgPen();
  pen.text(title, 16, 20, { ...TITLE, colour: chart.ink });
  pen.shiftDown(TITLE_ROOM);
  chart.paintWith(pen, FIGURE);
  return pen.file(FIGURE.width, FIGURE.height + TITLE_ROOM, chart.background, sentence);
}

export async function chartPng(chart: LineChart, title: string): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = FIGURE.width * 2;
  canvas.height = (FIGURE.height + TITLE_ROOM) * 2;
  const context = canvas.getContext('2d')!;
  context.scale(2, 2);
  context.fillStyle = chart.background;
  context.fillRect(0, 0, FIGURE.width, FIGURE.height + TITLE_ROOM);
  const pen = new CanvasPen(context);
  pen.text(title, 16, 20, { ...TITLE, colour: chart.ink });
  context.translate(0, TITLE_ROOM);
  chart.paintWith(pen, FIGURE);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) =>
      blob === null
        ? reject(new Error(`chart ${title}: the browser made no picture; expected a PNG; save it as SVG instead.`))
        : resolve(blob),
    ),
  );
}

export interface NamedSource {
  name: string;
  source: LineSource;
}

/** One line a point: run, metric, step, value. Numbers are as they were measured. */
export function chartCsv({ stage, key, companion }: ChartSpec, runs: readonly NamedSource[]): string {
  const keys: MetricKey[] = [key, ...(companion === undefined ? [] : [companion.key])];
  const rows = runs.flatMap(({ name, source }) =>
    keys.flatMap((metric) => {
      const { steps, values } = source.series(stage, metric)?.points() ?? { steps: [], values: [] };
      return steps.map((step, i) => `${name},${metric},${step},${values[i]}`);
    }),
  );
  return ['run,metric,step,value', ...rows, ''].join('\n');
}

/** Hands a file to the browser's downloads. */
export function saveFile(name: string, content: string | Blob, type: string): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // Safari reads the address a moment later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
