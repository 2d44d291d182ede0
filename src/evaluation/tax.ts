/**
 * The alignment tax: what a policy has lost of what the base model could, measured in page form and never with
 * instructions. Each question is answered by the likeliest continuation; the loss on held-out pages is the most sensitive
 * of the meters.
 * @source Ouyang et al. 2022, section 4.2 and Fig. 29; the suites take the places of its public NLP tasks
 */
import { factCloze, languageSuites, type ChoiceItem } from '../data/evaluationSuites';
import type { Gpt } from '../nn/gpt';
import { pageLosses } from '../pipeline/pretrain';
import type { Run } from '../pipeline/run';
import { choiceLogprobs, likeliest } from './choices';
import { averaged, estimateOf, shareOf, type Estimate, type Interval } from './estimate';

export interface TaxReport {
  /** Nats per token of held-out pages, windows being the units. */
  pageLoss: Estimate;
  /** Accuracy by suite. */
  suites: Record<string, Estimate>;
  /** Accuracy of guessing, by suite. */
  chance: Record<string, number>;
  /** Mean over suites, which all weigh the same. */
  mean: Interval;
}

/** The suites' items do not depend on the run: every run and every policy answers the same questions. */
const SUITE_SEED = 4;
const PAGE_TOKENS = 16 * 1024;

export async function measureTax(run: Run, model: Gpt): Promise<TaxReport> {
  const { world } = run.curriculum;
  const all: Record<string, ChoiceItem[]> = { facts: factCloze(world), ...languageSuites(world, SUITE_SEED) };
  const suites: TaxReport['suites'] = {};
  const chance: TaxReport['chance'] = {};
  for (const [name, items] of Object.entries(all)) {
    suites[name] = await accuracy(run, model, items);
    chance[name] = items.reduce((sum, { choices }) => sum + 1 / choices.length, 0) / items.length;
  }
  const pages = run.curriculum.pages(PAGE_TOKENS).validation;
  return {
    pageLoss: estimateOf(await pageLosses(model, pages)),
    suites,
    chance,
    mean: averaged(Object.values(suites)),
  };
}

/** Share of questions whose right continuation is the likeliest. */
export async function accuracy(run: Run, model: Gpt, items: readonly ChoiceItem[]): Promise<Estimate> {
  const logprobs = await choiceLogprobs(run, model, items);
  return shareOf(items.map(({ answer }, i) => likeliest(logprobs[i]) === answer));
}
