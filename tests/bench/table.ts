import { ratioToOurs, type BenchRow } from '../../src/bench/rows';
import { workload } from '../../src/bench/workloads';

/** Three digits that matter, without exponents. */
export function digits(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

const cell = (value: number | null, scale = 1) => (value === null ? '–' : digits(value * scale));

const COLUMNS = [
  'side',
  'engine',
  'median ms',
  'p90 ms',
  'ratio',
  'dispatches',
  'submits',
  'readbacks',
  'peak MB',
  'encode ms',
  'GFLOP/s',
  'share',
  'note',
] as const;

function cells(row: BenchRow, rows: readonly BenchRow[]): string[] {
  const ratio = ratioToOurs(row, rows);
  const mark = row.status === 'ok' || row.status === 'differs' ? '' : `${row.status}: `;
  return [
    row.side,
    row.engine,
    cell(row.ms_median),
    cell(row.ms_p90),
    ratio === null ? '–' : `${digits(ratio)}×`,
    cell(row.dispatches),
    cell(row.submits),
    cell(row.readbacks),
    cell(row.bytes_peak, 1e-6),
    cell(row.encode_ms),
    cell(row.gflops),
    row.share === null ? '–' : `${digits(100 * row.share)} %`,
    `${mark}${row.note}`,
  ];
}

/** One table a workload, in Markdown, columns aligned; ratio is time over that of our best row on the same kind of engine. */
export function formatTables(rows: readonly BenchRow[]): string {
  const ids = [...new Set(rows.map((row) => row.workload))].sort();
  return ids
    .map((id) => {
      const { title, unit } = workload(id);
      const body = rows.filter((row) => row.workload === id).map((row) => cells(row, rows));
      const widths = COLUMNS.map((name, i) => Math.max(name.length, ...body.map((line) => line[i].length)));
      const line = (texts: readonly string[]) => `| ${texts.map((text, i) => text.padEnd(widths[i])).join(' | ')} |`;
      const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
      return [`### ${id} ${title}: ${unit}`, '', line(COLUMNS), rule, ...body.map(line)].join('\n');
    })
    .join('\n\n');
}
