/** From the rows of the protocol to what the plots and tables of each figure show. Pure, so that it can be tested. */
import {
  CANDIDATES,
  RATERS,
  type CandidateId,
  type Estimate,
  type JudgeId,
  type Rater,
  type UseCaseRow,
  type WinRateRow,
  type WorkerJudge,
} from '../../worker/protocol';
import { evaluate } from '../messages/en/evaluate';
import { formatNumber } from '../state/format';
import type { EvaluationRecord } from './evaluation.svelte';
import type { FigureTable } from './exportFigure';
import type { ForestGroup, ForestRow, Panel } from './plotTypes';
import { candidateName, isUnclear, JUDGES, percent, USE_CASES, type ValueFormat } from './names';
import { voteEstimate } from './votes';

/** Policies in the order of figures: what was learned last comes first. */
const ORDER: readonly CandidateId[] = ['ppo', 'ptx', 'bestOf', 'sft', 'fewShot', 'base'];

const TONES = ['none', 'respectful', 'rude'] as const;

/** How a judge's marks are drawn. */
export const FILL: Record<JudgeId, ForestRow['fill']> = {
  training: 'solid',
  heldOut: 'hollow',
  rewardModel: 'dot',
  trueRule: 'hollow',
  me: 'solid',
};

/** Whatever was learned by reinforcement, else whatever there is, first the one most worth a sentence. */
export function leadOf<T extends { candidate: CandidateId }>(rows: readonly T[]): T | undefined {
  const rank = ({ candidate }: T) => ORDER.indexOf(candidate);
  return rows.toSorted((a, b) => rank(a) - rank(b))[0];
}

/** As they were made, the base model first: the order of columns. */
export function byAge<T extends { candidate: CandidateId }>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => CANDIDATES.indexOf(a.candidate) - CANDIDATES.indexOf(b.candidate));
}

export function byOrder<T extends { candidate: CandidateId }>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => ORDER.indexOf(a.candidate) - ORDER.indexOf(b.candidate));
}

/** Win rates of the judges picked, the visitor's own votes among them. */
export function pickedWinRates(record: EvaluationRecord, judges: readonly JudgeId[]): WinRateRow[] {
  const own = record.request.candidates.flatMap((candidate): WinRateRow[] => {
    const estimate = voteEstimate(record.votes, candidate);
    return estimate ? [{ candidate, judge: 'me', distribution: 'instructions', estimate }] : [];
  });
  return [...(record.figures.winRate ?? []), ...own].filter((row) => judges.includes(row.judge));
}

/** One group per policy, one row per judge and kind of prompts. */
export function winRateGroups(rows: readonly WinRateRow[], judges: readonly JudgeId[], bestOf: number): ForestGroup[] {
  const candidates = [...new Set(byOrder(rows).map((row) => row.candidate))];
  return candidates.map((candidate) => ({
    label: candidateName(candidate, bestOf),
    rows: rows
      .filter((row) => row.candidate === candidate)
      .toSorted((a, b) => judges.indexOf(a.judge) - judges.indexOf(b.judge))
      .map(({ judge, distribution, estimate }) => ({
        key: `${candidate} ${judge} ${distribution}`,
        candidate,
        note: distribution === 'instructions' ? JUDGES[judge].short() : `${JUDGES[judge].short()} *`,
        estimate,
        fill: FILL[judge],
        isGrey: isUnclear(estimate),
      })),
  }));
}

/** One group per use case, the largest first, one row per policy. */
export function useCaseGroups(rows: readonly UseCaseRow[], judge: WorkerJudge, bestOf: number): ForestGroup[] {
  const own = rows.filter((row) => row.judge === judge && row.candidate !== 'base' && row.candidate !== 'fewShot');
  const size = (useCase: UseCaseRow['useCase']) => own.find((row) => row.useCase === useCase)?.estimate.n ?? 0;
  const useCases = [...new Set(own.map((row) => row.useCase))].toSorted((a, b) => size(b) - size(a));
  return useCases.map((useCase) => ({
    label: USE_CASES[useCase](),
    rows: byOrder(own.filter((row) => row.useCase === useCase)).map(({ candidate, estimate }) => ({
      key: `${useCase} ${candidate}`,
      candidate,
      note: `${candidateName(candidate, bestOf)}`,
      estimate,
      fill: 'solid' as const,
      isGrey: isUnclear(estimate),
    })),
  }));
}

/** The raters among the judges picked; those trained on where none of them rates. */
export function pickedRaters(judges: readonly JudgeId[]): readonly Rater[] {
  const picked = RATERS.filter((rater) => judges.includes(rater));
  return picked.length > 0 ? picked : ['training'];
}

/** The judge of figures that show only one. */
export function firstJudge(judges: readonly JudgeId[]): WorkerJudge {
  return judges.find((judge): judge is WorkerJudge => judge !== 'me') ?? 'training';
}

/** The four cells every table ends with. */
export function estimateCells({ value, low, high, n }: Estimate, format: ValueFormat): string[] {
  return [format(value), format(low), format(high), formatNumber(n, 0)];
}

export function estimateHead(): string[] {
  return [evaluate.value(), evaluate.low(), evaluate.high(), evaluate.n()];
}

/** One panel per group of rows, its policies from the oldest to the newest; groups without rows have none. */
export function panelsOf<T extends { candidate: CandidateId; estimate: Estimate }>(
  rows: readonly T[],
  groups: readonly { key: string; title: string; detail?: string; holds: (row: T) => boolean }[],
  bestOf: number,
): Panel[] {
  const old = byAge(rows);
  return groups
    .map(({ holds, ...panel }) => ({
      ...panel,
      points: old
        .filter(holds)
        .map(({ candidate, estimate }) => ({ candidate, name: candidateName(candidate, bestOf), estimate })),
    }))
    .filter((panel) => panel.points.length > 0);
}

/** The groups of figures about prompts that ask for respect, for rudeness, or for nothing. */
export function toneGroups<T extends { tone: (typeof TONES)[number] }>() {
  const titles = { none: evaluate.toxNone, respectful: evaluate.toxRespectful, rude: evaluate.toxRude };
  return TONES.map((tone) => ({ key: tone, title: titles[tone](), holds: (row: T) => row.tone === tone }));
}

export function panelTable(head: readonly string[], panels: readonly Panel[], format: ValueFormat): FigureTable {
  return {
    head: [...head, ...estimateHead()],
    rows: panels.flatMap(({ title, detail, points }) =>
      points.map((point) => [
        detail === undefined ? title : `${title}: ${detail}`,
        point.name,
        ...estimateCells(point.estimate, format),
      ]),
    ),
  };
}

export function winRateTable(rows: readonly WinRateRow[], bestOf: number): FigureTable {
  const isMixed = new Set(rows.map((row) => row.distribution)).size > 1;
  return {
    head: [evaluate.policy(), evaluate.judge(), ...(isMixed ? [evaluate.distribution()] : []), ...estimateHead()],
    rows: byOrder(rows).map(({ candidate, judge, distribution, estimate }) => [
      candidateName(candidate, bestOf),
      JUDGES[judge].name(),
      ...(isMixed ? [evaluate[distribution]()] : []),
      ...estimateCells(estimate, (value) => percent(value, 1)),
    ]),
  };
}

/** Interval that holds all estimates, cut to where shares can be. */
export function shareDomain(estimates: readonly Estimate[]): [number, number] {
  const high = Math.max(
    0.1,
    ...estimates.map((estimate) => (Number.isNaN(estimate.high) ? estimate.value : estimate.high)),
  );
  const steps = [0.1, 0.2, 0.4, 0.6, 0.8, 1];
  return [0, steps.find((step) => step >= high - 1e-9) ?? 1];
}

/** Means over up to `windows` stretches of about the same length, at least two values each where there are two. */
export function smoothed(values: readonly number[], windows: number): number[] {
  const count = Math.min(windows, Math.ceil(values.length / 2));
  const start = (i: number) => Math.round((i * values.length) / count);
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(start(i), start(i + 1));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/** KL at the highest true score, when it has since fallen by more than a tenth of the range; null while it rises. */
export function peakOf(kl: readonly number[], gold: readonly number[]): number | null {
  if (gold.length < 4) return null;
  const top = gold.indexOf(Math.max(...gold));
  const range = Math.max(...gold) - Math.min(...gold);
  return top < gold.length - 1 && gold[top] - gold[gold.length - 1] > 0.1 * range && range > 0.05 ? kl[top] : null;
}
