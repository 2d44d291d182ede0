import type { Grade } from './grader';
import { rankAnswers, utility, type Labeler } from './labelers';
import type { Random } from './random';
import { TIE_THRESHOLD } from './rankings';

/** An answer as labelers see it. */
export interface GradedAnswer {
  readonly text: string;
  readonly grade: Grade;
}

/** A share with its sampling error; prompts, not pairs, are the independent units. */
export interface Rate {
  /** 0 to 1; NaN when nothing was counted. */
  readonly rate: number;
  readonly standardError: number;
  /** 95 % interval, normal approximation, cut to [0, 1]. */
  readonly low: number;
  readonly high: number;
  /** What was counted: pairs or judgements. */
  readonly count: number;
}

/**
 * Ratio of two totals over prompts with the standard error of a ratio estimate:
 *   se = sqrt( sum (hits_i - rate n_i)^2 ) / sum n_i
 */
function rateOf(prompts: readonly { readonly hits: number; readonly count: number }[]): Rate {
  const count = prompts.reduce((sum, prompt) => sum + prompt.count, 0);
  const rate = prompts.reduce((sum, prompt) => sum + prompt.hits, 0) / count;
  const squares = prompts.reduce((sum, prompt) => sum + (prompt.hits - rate * prompt.count) ** 2, 0);
  const standardError = Math.sqrt(squares) / count;
  return {
    rate,
    standardError,
    low: Math.max(0, rate - 1.96 * standardError),
    high: Math.min(1, rate + 1.96 * standardError),
    count,
  };
}

export interface Agreement extends Rate {
  /** Share of its pairs that one labeler calls a tie; a pair tied for either counts neither for nor against. */
  readonly tieShare: number;
}

/**
 * How often two labelers put a pair of answers in the same order. Identical texts are skipped.
 * @param prompts for each prompt its K graded answers
 * @param team the first labeler of each prompt comes from here
 * @param otherTeam the second one; the same team by default, and then always another person
 */
export function agreement(
  prompts: readonly (readonly GradedAnswer[])[],
  team: readonly Labeler[],
  random: Random,
  otherTeam: readonly Labeler[] = team,
  tieThreshold = TIE_THRESHOLD,
): Agreement {
  let ties = 0;
  let judged = 0;
  const perPrompt = prompts.map((answers) => {
    const first = random.pick(team);
    const second = random.pick(otherTeam.filter((labeler) => labeler.id !== first.id));
    const grades = answers.map((answer) => answer.grade);
    const a = rankAnswers(first, grades, random, tieThreshold);
    const b = rankAnswers(second, grades, random, tieThreshold);
    const total = { hits: 0, count: 0 };
    for (let i = 0; i < answers.length; i++) {
      for (let j = i + 1; j < answers.length; j++) {
        if (answers[i].text === answers[j].text) continue;
        const orders = [a, b].map(({ ranks }) => Math.sign(ranks[i] - ranks[j]));
        ties += orders.filter((order) => order === 0).length;
        judged += 2;
        if (orders.includes(0)) continue;
        total.count++;
        total.hits += Number(orders[0] === orders[1]);
      }
    }
    return total;
  });
  return { ...rateOf(perPrompt), tieShare: ties / judged };
}

/** Whether a labeler likes the first answer better: 1 yes, 0 no, 0.5 a tie or the same text. */
export function preference(
  labeler: Labeler,
  first: GradedAnswer,
  second: GradedAnswer,
  random: Random,
  tieThreshold = TIE_THRESHOLD,
): 0 | 0.5 | 1 {
  if (first.text === second.text) return 0.5;
  const gap = utility(labeler, first.grade, random) - utility(labeler, second.grade, random);
  if (Math.abs(gap) < tieThreshold) return 0.5;
  return gap > 0 ? 1 : 0;
}

/**
 * How often labelers prefer the first answer of each pair; ties count half.
 * @param pairs one per prompt
 * @param judgements labelers asked per prompt
 */
export function winRate(
  pairs: readonly (readonly [GradedAnswer, GradedAnswer])[],
  team: readonly Labeler[],
  random: Random,
  judgements = 3,
): Rate {
  return rateOf(
    pairs.map(([first, second]) => {
      const labelers = random.sample(team, judgements);
      const hits = labelers.reduce((sum, labeler) => sum + preference(labeler, first, second, random), 0);
      return { hits, count: labelers.length };
    }),
  );
}
