/**
 * The table as a picture: a panel a workload, a column a kind of engine, one bar a row. Lengths go by the logarithm of the
 * time, on one scale a workload, so that columns can be compared.
 */
import type { BenchEngine } from '../../src/bench/protocol';
import { ratioToOurs, type BenchRow } from '../../src/bench/rows';
import { workload } from '../../src/bench/workloads';
import { digits } from './table';

const COLUMNS: readonly { title: string; engines: readonly BenchEngine[] }[] = [
  { title: 'Processor', engines: ['wasm', 'cpu', 'eager', 'compiled'] },
  { title: 'WebGPU', engines: ['webgpu'] },
];

const MARGIN = 16;
const TOP = 34;
const WIDTH = 460;
const LABEL = 122;
/** Room behind the longest bar for its time. */
const NUMBERS = 104;
const ROW = 21;
const BAR = 13;
const HEAD = 46;
const GAP = 18;

/** Pages in dark colours show a picture in their own ones: it asks the browser, as the page does. */
const STYLE = `
  .paper { fill: #ffffff } .ink { fill: #1b1e24 } .muted { fill: #4a505c } .grid { stroke: #dfe2e8 }
  .own { fill: #5b3fd6 } .other { fill: #a9b0bd } text.own { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #15171b } .ink { fill: #e8eaee } .muted { fill: #a9b0bd } .grid { stroke: #333842 }
    .own { fill: #b3a3ff } .other { fill: #666d7a }
  }`;

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const word = (x: number, y: number, content: string, look: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${look}"${more && ` ${more}`}>${escape(content)}</text>`;

/** 3.5 ms, 12.4 s */
const time = (ms: number) => (ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`);

/** Positions of times on the common scale of a workload, whole powers of ten at both ends. */
class Scale {
  readonly low: number;
  readonly high: number;

  constructor(times: readonly number[]) {
    // Even the shortest bar can be seen.
    this.low = Math.floor(Math.log10(Math.min(...times) / 1.5));
    this.high = Math.max(this.low + 1, Math.ceil(Math.log10(Math.max(...times))));
  }

  x(ms: number): number {
    return LABEL + ((Math.log10(ms) - this.low) / (this.high - this.low)) * (WIDTH - LABEL - NUMBERS);
  }

  ticks(): number[] {
    return Array.from({ length: this.high - this.low + 1 }, (_, i) => 10 ** (this.low + i));
  }
}

function bar(row: BenchRow, rows: readonly BenchRow[], scale: Scale, left: number, top: number): string {
  const ratio = ratioToOurs(row, rows);
  const isOwn = row.side.startsWith('ours');
  const form = row.engine === 'webgpu' || row.engine === 'wasm' ? '' : ` ${row.engine}`;
  const mark = row.status === 'differs' ? ' *' : '';
  const length = Math.max(2, scale.x(row.ms_median!) - LABEL);
  const factor = ratio === null || row.side === 'ours' ? '' : ` · ${digits(ratio)}×`;
  return [
    word(left + LABEL - 8, top + BAR, `${row.side}${form}${mark}`, isOwn ? 'own' : 'ink', 'text-anchor="end"'),
    `<rect x="${left + LABEL}" y="${top + 2}" width="${length.toFixed(1)}" height="${BAR}" rx="2" class="${isOwn ? 'own' : 'other'}"/>`,
    word(left + LABEL + length + 6, top + BAR, `${time(row.ms_median!)}${factor}`, 'ink', 'font-size="11"'),
  ].join('');
}

function column(rows: readonly BenchRow[], all: readonly BenchRow[], scale: Scale, left: number, top: number): string {
  const bottom = top + rows.length * ROW;
  const grid = scale.ticks().map((ms) => {
    const x = (left + scale.x(ms)).toFixed(1);
    return (
      `<line x1="${x}" x2="${x}" y1="${top - 3}" y2="${bottom}" class="grid"/>` +
      word(left + scale.x(ms), top - 8, time(ms), 'muted', 'text-anchor="middle" font-size="10"')
    );
  });
  return [...grid, ...rows.map((row, i) => bar(row, all, scale, left, top + i * ROW))].join('\n');
}

/** @returns an SVG file of the rows that were measured; a star marks another architecture */
export function drawPicture(rows: readonly BenchRow[]): string {
  const measured = rows.filter((row) => row.ms_median !== null && row.engine !== 'null');
  const columns = COLUMNS.filter(({ engines }) => measured.some(({ engine }) => engines.includes(engine)));
  const ids = [...new Set(measured.map((row) => row.workload))].sort();
  const left = (i: number) => MARGIN + i * (WIDTH + GAP);
  const width = left(columns.length) - GAP + MARGIN;
  let top = TOP;
  const panels = ids.map((id) => {
    const own = measured.filter((row) => row.workload === id);
    const scale = new Scale(own.map((row) => row.ms_median!));
    const parts = columns.map(({ engines }) => own.filter(({ engine }) => engines.includes(engine)));
    const { title, unit } = workload(id);
    const drawn = [
      word(MARGIN, top + 16, `${id} ${title}: ${unit}`, 'ink', 'font-weight="600" font-size="13"'),
      ...parts.map((part, i) => (part.length > 0 ? column(part, own, scale, left(i), top + HEAD) : '')),
    ].join('\n');
    top += HEAD + Math.max(...parts.map((part) => part.length)) * ROW + GAP;
    return drawn;
  });
  const height = top + 22;
  const titles = columns.map(({ title }, i) => word(left(i) + LABEL, 22, title, 'ink', 'font-weight="600"'));
  const legend =
    'Shorter is faster, by a logarithmic scale. × as long as ours. * another architecture of about the same size.';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">
<style>${STYLE}
</style>
<rect width="${width}" height="${height}" class="paper"/>
${titles.join('\n')}
${panels.join('\n')}
${word(MARGIN, height - 12, legend, 'muted', 'font-size="11"')}
</svg>
`;
}
