/**
 * How far labelers agree, from their labels alone: the same functions for files of people and for simulated labelers.
 * A label takes part where it ranks; labels of one prompt, 200 of them at most, are compared answer by answer, in whatever
 * order each shows them.
 */
import type { RankingLabel } from './labels';
import { stream, type Seed } from './random';

/** How two labels of the same prompt order the pairs of answers that both of them ranked. */
export interface PairCounts {
  readonly same: number;
  readonly opposite: number;
  /** Tied in one of the two labels, or in both: neither for nor against. */
  readonly tied: number;
}

const NOTHING: PairCounts = { same: 0, opposite: 0, tied: 0 };

function add(a: PairCounts, b: PairCounts): PairCounts {
  return { same: a.same + b.same, opposite: a.opposite + b.opposite, tied: a.tied + b.tied };
}

/** Rank of each different text; an answer shown twice counts once, where it stands first. */
function rankByText({ answers, ranks, skipped }: RankingLabel): Map<string, number> {
  const found = new Map<string, number>();
  if (skipped !== undefined) return found;
  answers.forEach((text, i) => {
    const rank = ranks[i];
    if (rank !== null && !found.has(text)) found.set(text, rank);
  });
  return found;
}

/** Compares two labels of the same prompt pair by pair. */
export function compareLabels(a: RankingLabel, b: RankingLabel): PairCounts {
  const [first, second] = [rankByText(a), rankByText(b)];
  const shared = [...first.keys()].filter((text) => second.has(text));
  let counts = NOTHING;
  shared.forEach((text, i) => {
    for (const other of shared.slice(i + 1)) {
      const order = Math.sign(first.get(text)! - first.get(other)!) * Math.sign(second.get(text)! - second.get(other)!);
      counts = add(counts, { same: Number(order > 0), opposite: Number(order < 0), tied: Number(order === 0) });
    }
  });
  return counts;
}

/** A share of agreement with its 95 % interval. */
export interface AgreementEstimate {
  /** same / (same + opposite); NaN when no pair was ordered by both. */
  readonly rate: number;
  /** Percentile bootstrap over prompts; NaN with fewer than two of them. */
  readonly low: number;
  readonly high: number;
  /** Pairs ordered by both. */
  readonly pairs: number;
  readonly prompts: number;
  /** Share of all compared pairs that at least one of the two called a tie. */
  readonly tieShare: number;
}

function rateOf({ same, opposite }: PairCounts): number {
  return same / (same + opposite);
}

const RESAMPLES = 1000;

/** Prompts, not pairs, are drawn again: pairs of one prompt stand or fall together. */
function bootstrap(prompts: readonly PairCounts[], seed: Seed): { low: number; high: number } {
  const random = stream(seed, 'labels/bootstrap');
  const rates: number[] = [];
  for (let i = 0; i < RESAMPLES && prompts.length > 1; i++) {
    let [same, opposite] = [0, 0];
    for (let draw = 0; draw < prompts.length; draw++) {
      const drawn = random.pick(prompts);
      same += drawn.same;
      opposite += drawn.opposite;
    }
    if (same + opposite > 0) rates.push(same / (same + opposite));
  }
  rates.sort((a, b) => a - b);
  const at = (share: number): number => rates[Math.round(share * (rates.length - 1))] ?? NaN;
  return { low: at(0.025), high: at(0.975) };
}

function estimate(byPrompt: ReadonlyMap<string, PairCounts>, seed: Seed): AgreementEstimate {
  const prompts = [...byPrompt.values()];
  const total = prompts.reduce(add, NOTHING);
  const pairs = total.same + total.opposite;
  const tieShare = total.tied / (pairs + total.tied);
  return { rate: rateOf(total), ...bootstrap(prompts, seed), pairs, prompts: prompts.length, tieShare };
}

/** Labels of one prompt that are compared with each other at most; their pairs grow with the square. */
const MOST_PER_PROMPT = 200;

/** Pair counts of each prompt, over all its pairs of labels that are to be compared. */
function countByPrompt(
  labels: readonly RankingLabel[],
  isCompared: (a: RankingLabel, b: RankingLabel) => boolean,
): Map<string, PairCounts> {
  const byPrompt = new Map<string, PairCounts>();
  for (const [prompt, all] of groupBy(labels, (label) => label.prompt)) {
    const group = all.slice(0, MOST_PER_PROMPT);
    let counts = NOTHING;
    group.forEach((a, i) => {
      for (const b of group.slice(i + 1)) if (isCompared(a, b)) counts = add(counts, compareLabels(a, b));
    });
    if (counts.same + counts.opposite + counts.tied > 0) byPrompt.set(prompt, counts);
  }
  return byPrompt;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const areDifferentPeople = (a: RankingLabel, b: RankingLabel): boolean => a.labeler !== b.labeler;

/** How often two different labelers order a pair of answers alike. */
export function pairwiseAgreement(labels: readonly RankingLabel[], seed: Seed = 1): AgreementEstimate {
  return estimate(countByPrompt(labels, areDifferentPeople), seed);
}

/** Agreement of different labelers of the same group, and of labelers of different groups. Labels without group stay out. */
export function agreementByGroup(
  labels: readonly RankingLabel[],
  seed: Seed = 1,
): { within: AgreementEstimate; between: AgreementEstimate } {
  const grouped = labels.filter((label) => label.group !== undefined);
  const counts = (isWithin: boolean) =>
    countByPrompt(grouped, (a, b) => areDifferentPeople(a, b) && (a.group === b.group) === isWithin);
  return { within: estimate(counts(true), seed), between: estimate(counts(false), seed) };
}

/** How one person agrees with the others. */
export interface LabelerAgreement extends AgreementEstimate {
  readonly labeler: string;
}

/** Agreement of each labeler with all others, in order of appearance. */
export function agreementByLabeler(labels: readonly RankingLabel[], seed: Seed = 1): LabelerAgreement[] {
  const people = [...new Set(labels.map((label) => label.labeler))];
  return people.map((labeler) => ({
    labeler,
    ...estimate(
      countByPrompt(labels, (a, b) => areDifferentPeople(a, b) && (a.labeler === labeler || b.labeler === labeler)),
      seed,
    ),
  }));
}

/** How often each labeler orders a pair of answers as they did when they saw the prompt before. */
export function ownConsistency(labels: readonly RankingLabel[], seed: Seed = 1): LabelerAgreement[] {
  return [...groupBy(labels, (label) => label.labeler)].map(([labeler, own]) => ({
    labeler,
    ...estimate(
      countByPrompt(own, () => true),
      seed,
    ),
  }));
}

/** A prompt and how far its labelers disagree about the answers. */
export interface DisputedPrompt {
  readonly prompt: string;
  /** Share of the pairs ordered by both labelers that they order differently. */
  readonly disagreement: number;
  readonly pairs: number;
  readonly labelers: number;
}

/** Pairs of half agreement added to each prompt, so that one pair ordered differently is no proof of a dispute. */
const PRIOR_PAIRS = 2;

/** The prompts about which different labelers disagree most, worst first; those without any disagreement stay out. */
export function disputedPrompts(labels: readonly RankingLabel[], count = 10): DisputedPrompt[] {
  const people = new Map(
    [...groupBy(labels, (label) => label.prompt)].map(([prompt, group]) => [
      prompt,
      new Set(group.map((label) => label.labeler)).size,
    ]),
  );
  const doubt = ({ pairs, disagreement }: DisputedPrompt): number =>
    (disagreement * pairs + PRIOR_PAIRS / 2) / (pairs + PRIOR_PAIRS);
  return [...countByPrompt(labels, areDifferentPeople)]
    .filter(([, { opposite }]) => opposite > 0)
    .map(([prompt, counts]) => ({
      prompt,
      disagreement: 1 - rateOf(counts),
      pairs: counts.same + counts.opposite,
      labelers: people.get(prompt) ?? 0,
    }))
    .sort((a, b) => doubt(b) - doubt(a))
    .slice(0, count);
}
