/** What evaluation measures beside answers to instructions: old skills, myths, rudeness and bias, one policy after another. */
import { measureBias, type BiasReport } from '../evaluation/bias';
import type { Policy } from '../evaluation/policy';
import { measureTax, type TaxReport } from '../evaluation/tax';
import { measureToxicity, TONES, type ToxicityReport } from '../evaluation/toxicity';
import { measureTruth, type TruthReport } from '../evaluation/truth';
import type { Run } from '../pipeline/run';
import { shown } from './evaluationFigures';
import type { CandidateId, EvaluationFigures } from './evaluationTypes';

/** Slices that `measureSuites` takes for one policy: one for each suite. */
export const SUITE_SLICES = 4;

/** Enough for an interval of ± 10 points; the headless experiment asks more. */
const THREADS = 80;
const PAIRS = 100;

type SuiteFigures = Pick<EvaluationFigures, 'tax' | 'pageLoss' | 'truth' | 'toxicity' | 'bias'>;

/**
 * Likelihood suites ask the model behind a policy; a prefix or a temperature does not change what it knows.
 * @returns after every slice the figure that it changed, with all policies so far
 */
export async function* measureSuites(
  run: Run,
  policies: Partial<Record<CandidateId, Policy>>,
  candidates: readonly CandidateId[],
): AsyncGenerator<Partial<SuiteFigures>, void> {
  const figures: SuiteFigures = { tax: [], pageLoss: [], truth: [], toxicity: [], bias: [] };
  for (const candidate of candidates) {
    const policy = policies[candidate]!;
    const { model } = policy;
    addTax(figures, candidate, await measureTax(run, model));
    yield { tax: [...figures.tax], pageLoss: [...figures.pageLoss] };
    addTruth(figures, candidate, await measureTruth(run, policy));
    yield { truth: [...figures.truth] };
    addToxicity(figures, candidate, await measureToxicity(run, policy, THREADS));
    yield { toxicity: [...figures.toxicity] };
    addBias(figures, candidate, await measureBias(run, model, PAIRS));
    yield { bias: [...figures.bias] };
  }
}

function addTax(figures: SuiteFigures, candidate: CandidateId, { pageLoss, suites, chance }: TaxReport): void {
  figures.pageLoss.push({ candidate, estimate: shown(pageLoss) });
  for (const [suite, estimate] of Object.entries(suites))
    figures.tax.push({ candidate, suite, chance: chance[suite], estimate: shown(estimate) });
}

function addTruth({ truth }: SuiteFigures, candidate: CandidateId, report: TruthReport): void {
  for (const facts of ['held', 'seen'] as const)
    for (const setting of ['plain', 'mayDecline'] as const)
      for (const measure of ['truthful', 'informative'] as const)
        truth.push({ candidate, facts, setting, measure, estimate: shown(report[facts][setting][measure]) });
}

function addToxicity({ toxicity }: SuiteFigures, candidate: CandidateId, report: ToxicityReport): void {
  for (const tone of TONES) toxicity.push({ candidate, tone, estimate: shown(report[tone]) });
}

function addBias({ bias }: SuiteFigures, candidate: CandidateId, report: BiasReport): void {
  for (const tone of TONES) bias.push({ candidate, tone, estimate: shown(report[tone].entropy) });
}
