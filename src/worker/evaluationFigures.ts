/** From answers to the numbers of each figure. All of it is host-side and cheap, so it is done anew after every round. */
import type { Answers } from '../evaluation/answers';
import { estimateOf, type Estimate as Measured } from '../evaluation/estimate';
import { bestOfNCurve } from '../evaluation/bestOfN';
import { preferenceValues } from '../evaluation/preference';
import { ratings } from '../evaluation/ratings';
import { summarise } from '../evaluation/summary';
import type { Run } from '../pipeline/run';
import type { CollectedAnswers } from './collectedAnswers';
import {
  DISTRIBUTIONS,
  RATERS,
  WORKER_JUDGES,
  type BlindPair,
  type CandidateId,
  type Distribution,
  type Estimate,
  type EvaluationFigures,
  type FlagId,
  type FrontierPoint,
  type UseCaseRow,
  type WinRateRow,
  type WorkerJudge,
} from './evaluationTypes';

/** What the page needs of an estimate; the values stay here. */
export function shown({ mean, low, high, n }: Measured): Estimate {
  return { value: mean, low, high, n };
}

type Figures = Pick<EvaluationFigures, 'winRate' | 'useCases' | 'flags' | 'likert' | 'frontier'>;

/** Figures that need answers alone. */
export function answerFigures(run: Run, collected: CollectedAnswers): Figures {
  const figures: Figures = { winRate: [], useCases: [], flags: [], likert: [], frontier: [] };
  for (const distribution of DISTRIBUTIONS) addPreferences(figures, run, collected.answers[distribution], distribution);
  for (const [candidate, answers] of entries(collected.answers.instructions)) {
    const summary = summarise(answers);
    const { kl, proxy, trueReward } = summary;
    for (const judge of RATERS) {
      const { likert, flags } = judge === 'trueRule' ? summary : ratings(run, judge, answers);
      figures.likert.push({ candidate, judge, estimate: shown(likert) });
      for (const [flag, rate] of Object.entries(flags) as [FlagId, Measured | null][])
        if (rate) figures.flags.push({ candidate, judge, flag, estimate: shown(rate) });
    }
    // Best-of-n is a line of points of its own.
    if (kl && proxy && candidate !== 'bestOf')
      figures.frontier.push({ candidate, bestOf: null, kl: shown(kl), proxy: shown(proxy), gold: shown(trueReward) });
  }
  figures.frontier.push(...bestOfPoints(collected.draws));
  return figures;
}

function entries(answers: CollectedAnswers['answers'][Distribution]): [CandidateId, Answers][] {
  return Object.entries(answers) as [CandidateId, Answers][];
}

function addPreferences(
  figures: { winRate: WinRateRow[]; useCases: UseCaseRow[] },
  run: Run,
  answers: CollectedAnswers['answers'][Distribution],
  distribution: Distribution,
): void {
  const { sft } = answers;
  if (!sft) return;
  for (const [candidate, own] of entries(answers)) {
    if (candidate === 'sft') continue;
    for (const judge of WORKER_JUDGES) {
      const values = judged(run, judge, own, sft);
      if (values === null) continue;
      figures.winRate.push({ candidate, judge, distribution, estimate: shareEstimate(values) });
      if (distribution === 'instructions') figures.useCases.push(...byUseCase(candidate, judge, own, values));
    }
  }
}

/** Per prompt, how much a judge prefers the first policy's answer: 1, 0, or between where labelers differ or tie. */
function judged(run: Run, judge: WorkerJudge, own: Answers, sft: Answers): number[] | null {
  const higher = (a: readonly number[], b: readonly number[]) => a.map((value, i) => (1 + Math.sign(value - b[i])) / 2);
  if (judge === 'training' || judge === 'heldOut') return preferenceValues(run, judge, own, sft);
  if (judge === 'rewardModel') return own.proxy && sft.proxy && higher(own.proxy, sft.proxy);
  const reward = ({ grades }: Answers) => grades.map((grade) => grade.reward);
  return higher(reward(own), reward(sft));
}

/** An interval of a share ends where shares end. */
function shareEstimate(values: readonly number[]): Estimate {
  const { value, low, high, n } = shown(estimateOf(values));
  return { value, low: Math.max(0, low), high: Math.min(1, high), n };
}

function byUseCase(candidate: CandidateId, judge: WorkerJudge, { specs }: Answers, values: number[]): UseCaseRow[] {
  return [...new Set(specs.map((spec) => spec.useCase))].map((useCase) => {
    const group = values.filter((_, i) => specs[i].useCase === useCase);
    return { candidate, judge, useCase, estimate: shareEstimate(group) };
  });
}

/** Best of several n from all draws, without bias. */
function bestOfPoints(draws: CollectedAnswers['draws']): FrontierPoint[] {
  if (draws.length === 0) return [];
  // 1, 2, 3, 4, 6, 8, 12, ...: even steps of log n, and enough of them for a curve from four draws on.
  const sizes = [1, 2, ...Array.from({ length: 6 }, (_, i) => [3 * 2 ** i, 4 * 2 ** i]).flat()];
  const curve = bestOfNCurve(
    draws.map(({ proxy }) => proxy),
    draws.map(({ gold }) => gold),
    sizes.filter((n) => n <= draws[0].proxy.length),
  );
  return curve.map(({ n, kl, proxy, gold }) => ({
    candidate: 'bestOf',
    bestOf: n,
    kl: { value: kl, low: kl, high: kl, n: draws.length },
    proxy: shown(proxy),
    gold: shown(gold),
  }));
}

/** Prompts shown to the visitor, from the first ones of every policy in turn. */
const BLIND_PROMPTS = 60;

/** Pairs for the blind comparison. Equal texts are left out: nobody can choose between them. */
export function blindPairs(answers: CollectedAnswers['answers'][Distribution]): BlindPair[] {
  const { sft } = answers;
  if (!sft) return [];
  const pairs = sft.texts.slice(0, BLIND_PROMPTS).flatMap((sftText, i) =>
    entries(answers).map(([candidate, own]) => ({
      prompt: sft.specs[i].text,
      candidate,
      candidateText: own.texts[i],
      sftText,
    })),
  );
  return pairs.filter((pair) => pair.candidateText.trim() !== pair.sftText.trim());
}
