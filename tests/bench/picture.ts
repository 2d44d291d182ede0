/** The table as a picture: one panel a workload, one bar a row, lengths by the logarithm of the time. */
import type { BenchRow } from '../../src/bench/rows';
import { workload } from '../../src/bench/workloads';
import { digits } from './table';

const WIDTH = 760;
const LABEL = 170;
const BAR = 18;
const ROW = 24;
const HEAD = 40;
const NUMBERS = 90;
/** Ours stands out; the others are told apart by their names. */
const OWN = '#2f6fde';
const OTHER = '#9aa4b2';

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const word = (x: number, y: number, content: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(content)}</text>`;

function panel(rows: readonly BenchRow[], top: number): string {
  const { id, title, unit } = workload(rows[0].workload);
  const times = rows.map((row) => row.ms_median!);
  const low = Math.floor(Math.log10(Math.min(...times)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...times))));
  const room = WIDTH - LABEL - NUMBERS;
  const x = (power: number) => LABEL + ((power - low) / (high - low)) * room;
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i).map((power) => {
    const line = `<line x1="${x(power)}" x2="${x(power)}" y1="${top + HEAD - 6}" y2="${top + HEAD + rows.length * ROW}" stroke="#d8dde5"/>`;
    return (
      line +
      word(x(power), top + HEAD - 10, `${digits(10 ** power)} ms`, 'text-anchor="middle" fill="#5b6675" font-size="10"')
    );
  });
  const bars = rows.map((row, i) => {
    const y = top + HEAD + i * ROW;
    const end = x(Math.log10(row.ms_median!));
    const length = Math.max(2, end - LABEL);
    const fill = row.side === 'ours' ? OWN : OTHER;
    const label = `${row.side} ${row.engine}${row.status === 'differs' ? ' *' : ''}`;
    return [
      word(LABEL - 8, y + 14, label, 'text-anchor="end"'),
      `<rect x="${LABEL}" y="${y + 2}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${fill}"/>`,
      word(LABEL + length + 6, y + 15, `${digits(row.ms_median!)} ms`, 'font-size="11"'),
    ].join('');
  });
  return [word(12, top + 18, `${id} ${title}: ${unit}`, 'font-weight="600"'), ...ticks, ...bars].join('\n');
}

/** @returns an SVG file of the rows that were measured; a star marks another architecture */
export function drawPicture(rows: readonly BenchRow[]): string {
  const measured = rows.filter((row) => row.ms_median !== null && row.engine !== 'null');
  const ids = [...new Set(measured.map((row) => row.workload))].sort();
  let top = 8;
  const panels = ids.map((id) => {
    const own = measured.filter((row) => row.workload === id);
    const drawn = panel(own, top);
    top += HEAD + own.length * ROW + 20;
    return drawn;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" font-family="system-ui, sans-serif" font-size="12" fill="#1c2430">
<rect width="${WIDTH}" height="${top}" fill="#ffffff"/>
${panels.join('\n')}
${word(12, top - 6, 'Shorter is faster; the scale is logarithmic. * another architecture of about the same size.', 'fill="#5b6675" font-size="10"')}
</svg>
`;
}
