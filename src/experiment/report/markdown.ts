/** The report in words: findings first, then figures and tables. */
import type { Pooled } from '../../evaluation/estimate';
import type { Finding } from '../findings';
import type { Cell, ExperimentReport, Table } from './types';

/** Digits behind the point: three for shares, fewer for larger numbers. */
function digits(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}

/** `0.571 [0.561, 0.582], n 1200`; without an interval where one unit leaves the spread unknown. */
export function quantity({ mean, low, high, n }: Pooled): string {
  const hasInterval = Number.isFinite(low) && Number.isFinite(high) && n > 1;
  return hasInterval ? `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}], n ${n}` : mean.toFixed(3);
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return digits(cell);
  // A bar would end the cell.
  return typeof cell === 'string' ? cell.replace(/\|/g, '\\|') : quantity(cell);
}

function tableText({ title, note, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(row.map(cellText)));
  return [`### ${title}`, '', note, '', line(columns), line(columns.map(() => '---')), ...body].join('\n');
}

function findingText({ claim, verdict, paper, source, parts }: Finding): string {
  const numbers = parts.map(({ what, estimate, verdict: own }) => `  - ${what}: ${signed(estimate)} — ${own}`);
  return [`- **${verdict}**: ${claim}. Paper: ${paper} (${source}).`, ...numbers].join('\n');
}

const signed = (estimate: Pooled) => (estimate.mean > 0 ? `+${quantity(estimate)}` : quantity(estimate));

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** @param figurePath path of a figure's file from the report, by id */
export function renderMarkdown(report: ExperimentReport, figurePath: (id: string) => string): string {
  const { about, findings, tables, figures } = report;
  const counted = (verdict: Finding['verdict']) => findings.filter((each) => each.verdict === verdict).length;
  const missing = about.jobs.missing.length === 0 ? 'none' : about.jobs.missing.join(', ');
  const failed = about.jobs.failed.length === 0 ? 'none' : about.jobs.failed.join('; ');
  return [
    "# The paper's experiment on the mini-world",
    '',
    `Written by \`${about.command}\` on ${about.date}; do not edit by hand. Engine ${about.engine}; world and tokenizer \`${about.world}\`.`,
    '',
    ...Object.entries(about.asked).map(([name, value]) => `- ${name}: ${value}`),
    `- jobs done: ${about.jobs.done}, ${about.hours.toFixed(1)} hours of one process; failed: ${failed}; not run: ${missing}`,
    '',
    'P is Ouyang et al. 2022 (arXiv:2203.02155), G is Gao et al. 2022 (arXiv:2210.10760). The models here have a millionth of the size of theirs, the prompts come from a generated world and the labelers are programs: what can be compared is the direction of a finding, not its size. Brackets are 95 % intervals, n counts the units (prompts, facts, items) of all seeds. The interval over seeds allows for seeds that differ by more than sampling explains; one base model and one set of test prompts serve all seeds.',
    '',
    '## Findings',
    '',
    `A direction is *reproduced* when the whole interval is on the paper's side of zero (or, for claims of sameness, inside the margin), *same direction, within noise* when only the mean is, else *not reproduced*; a finding of several parts is as good as its worst part. ${counted('reproduced')} reproduced, ${counted('same direction, within noise')} within noise, ${counted('not reproduced')} not reproduced, ${plural(counted('not run'), 'finding')} not run.`,
    '',
    findings.map(findingText).join('\n'),
    '',
    '## Figures',
    '',
    ...figures.flatMap(({ id, title, caption }) => [`![${title}. ${caption}](${figurePath(id)})`, '', caption, '']),
    '## Tables',
    '',
    tables.map(tableText).join('\n\n'),
    '',
  ].join('\n');
}
