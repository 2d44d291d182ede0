/** What evaluation measures beside answers to instructions: pages, old skills, myths, rudeness and bias, a policy at a time. */
import type { Policy } from '../evaluation/policy';
import { pageLoss } from '../pipeline/pretrain';
import type { Run } from '../pipeline/run';
import type { CandidateId, EvaluationFigures, MeanRow } from './evaluationTypes';

/** Tokens of held-out pages. */
const PAGE_TOKENS = 16 * 1024;

/** Slices that `measureSuites` takes for one policy. */
export const SUITE_SLICES = 1;

/** @returns after every slice the suite figures so far */
export async function* measureSuites(
  run: Run,
  policies: Partial<Record<CandidateId, Policy>>,
  candidates: readonly CandidateId[],
): AsyncGenerator<Partial<EvaluationFigures>, void> {
  if (candidates.length === 0) return;
  const pages = run.curriculum.pages(PAGE_TOKENS).validation;
  const losses: MeanRow[] = [];
  for (const candidate of candidates) {
    const value = await pageLoss(policies[candidate]!.model, pages);
    losses.push({ candidate, estimate: { value, low: NaN, high: NaN, n: 1 } });
    yield { pageLoss: [...losses] };
  }
}
