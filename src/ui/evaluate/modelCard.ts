import { FLAGS } from '../../config/labelling';
import type { JudgeId } from '../../worker/protocol';
import { evaluate } from '../messages/en/evaluate';
import { labelling } from '../messages/en/labelling';
import { formatNumber } from '../state/format';
import type { EvaluationRecord } from './evaluation.svelte';
import type { FigureTable } from './exportFigure';
import { estimateCells, estimateHead, pickedWinRates, winRateTable } from './figureData';
import { candidateName, JUDGES, percent } from './names';
import { originOf } from './origin';

/**
 * A model card of the policies of one result, as Markdown.
 * @param parameters of one model, as the page writes it
 * @source Mitchell et al. 2019 (arXiv:1810.03993) for its sections
 */
export function modelCard(record: EvaluationRecord, judges: readonly JudgeId[], parameters: string): string {
  const { bestOf } = record.request;
  const name = (id: EvaluationRecord['request']['candidates'][number]) => candidateName(id, bestOf);
  const likert: FigureTable = {
    head: [evaluate.policy(), evaluate.judge(), ...estimateHead()],
    rows: (record.figures.likert ?? []).map((row) => [
      name(row.candidate),
      JUDGES[row.judge].name(),
      ...estimateCells(row.estimate, (value) => formatNumber(value, 2)),
    ]),
  };
  const flags: FigureTable = {
    head: [evaluate.flag(), evaluate.policy(), evaluate.judge(), ...estimateHead()],
    rows: FLAGS.flatMap((flag) =>
      (record.figures.flags ?? [])
        .filter((row) => row.flag === flag.id)
        .map((row) => [
          labelling[`flag_${flag.id}`](),
          name(row.candidate),
          JUDGES[row.judge].name(),
          ...estimateCells(row.estimate, (value) => percent(value, 1)),
        ]),
    ),
  };
  const pages: FigureTable = {
    head: [evaluate.policy(), evaluate.pageLoss()],
    rows: (record.figures.pageLoss ?? []).map((row) => [name(row.candidate), formatNumber(row.estimate.value, 3)]),
  };
  const sections: [string, string][] = [
    [evaluate.cardDetails(), evaluate.cardDetailsText({ parameters })],
    [evaluate.cardData(), evaluate.cardDataText()],
    [evaluate.cardUse(), evaluate.cardUseText()],
    [evaluate.cardMetrics(), evaluate.cardMetricsText()],
    [evaluate.winTitle(), markdownTable(winRateTable(pickedWinRates(record, judges), bestOf))],
    [evaluate.likertTitle(), markdownTable(likert)],
    [evaluate.flagTitle(), markdownTable(flags)],
    ...(pages.rows.length > 0 ? [[evaluate.taxTitle(), markdownTable(pages)] as [string, string]] : []),
    [evaluate.cardLimits(), evaluate.cardLimitsText()],
    [
      evaluate.cardSettings(),
      originOf(record)
        .map(([key, value]) => `- ${key}: ${value}`)
        .join('\n'),
    ],
  ];
  const body = sections.map(([title, text]) => `## ${title}\n\n${text}\n`).join('\n');
  return `# ${evaluate.cardTitle({ run: record.runName })}\n\n${body}`;
}

function markdownTable({ head, rows }: FigureTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
