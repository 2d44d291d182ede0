import type { Answers } from '../evaluation/answers';
import type { CandidateId, Distribution } from './evaluationTypes';

/** Answers of one measurement so far. All policies answer the same prompts in the same order. */
export interface CollectedAnswers {
  answers: Record<Distribution, Partial<Record<CandidateId, Answers>>>;
  /** Scores of all draws that best-of-n chose from, one row per prompt: reward model and true reward. */
  draws: { proxy: number[]; gold: number[] }[];
}

export function emptyCollection(): CollectedAnswers {
  return { answers: { instructions: {}, completions: {} }, draws: [] };
}

/**
 * Adds a policy's answers to some prompts.
 * @param draws one round of answers; for best-of-n all rounds to choose from
 */
export function collect(
  collected: CollectedAnswers,
  distribution: Distribution,
  candidate: CandidateId,
  draws: readonly Answers[],
): void {
  const known = collected.answers[distribution];
  if (candidate !== 'bestOf') {
    known[candidate] = joined(known[candidate], draws[0]);
    return;
  }
  known.bestOf = joined(known.bestOf, bestOfDraws(draws));
  if (distribution !== 'instructions') return;
  draws[0].items.forEach((_, i) =>
    collected.draws.push({
      proxy: draws.map((round) => round.proxy![i]),
      gold: draws.map((round) => round.grades[i].reward),
    }),
  );
}

function joined(before: Answers | undefined, more: Answers): Answers {
  if (!before) return more;
  return {
    policy: before.policy,
    specs: [...before.specs, ...more.specs],
    items: [...before.items, ...more.items],
    texts: [...before.texts, ...more.texts],
    ended: [...before.ended, ...more.ended],
    grades: [...before.grades, ...more.grades],
    proxy: before.proxy && more.proxy && [...before.proxy, ...more.proxy],
    kl: before.kl && more.kl && [...before.kl, ...more.kl],
  };
}

/** For each prompt the draw that the reward model likes best; its KL from the sampled policy is log n − (n−1)/n. */
function bestOfDraws(draws: readonly Answers[]): Answers {
  const [first] = draws;
  const best = first.items.map((_, i) =>
    draws.reduce((top, round) => (round.proxy![i] > top.proxy![i] ? round : top), first),
  );
  const n = draws.length;
  return {
    policy: 'bestOf',
    specs: first.specs,
    items: best.map((round, i) => round.items[i]),
    texts: best.map((round, i) => round.texts[i]),
    ended: best.map((round, i) => round.ended[i]),
    grades: best.map((round, i) => round.grades[i]),
    proxy: best.map((round, i) => round.proxy![i]),
    kl: best.map(() => Math.log(n) - (n - 1) / n),
  };
}
