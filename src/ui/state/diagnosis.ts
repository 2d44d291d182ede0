import { COLLAPSE_SIGN_KEYS, type Collapse } from '../../metrics/collapse';
import { diagnosis as words } from '../messages/en/diagnosis';
import { COLLAPSE_WORDS } from './collapseWords';
import { formatNumber } from './format';

/** What the rules look at: lines of the PPO stage, oldest value first. Missing lines are empty. */
export interface DiagnosisInput {
  /** True once the run has stopped on a value that is not finite. */
  isDiverged: boolean;
  kl: readonly number[];
  ratio: readonly number[];
  entropy: readonly number[];
  trueScore: readonly number[];
  scores: readonly number[];
  /** Signs of collapse that hold now. */
  collapses: readonly Collapse[];
  klCoef: number;
  /** First updates in which only the value network learns. */
  valueWarmup: number;
}

export interface Diagnosis {
  level: 'waiting' | 'healthy' | 'warning' | 'stopped';
  /** Two or three words. */
  title: string;
  sentence: string;
  /** A setting that may help, offered as a button. */
  repair?: {
    label: string;
    key: 'ppo.klCoef' | 'ppo.learningRate' | 'ppo.missingEosPenalty';
    factor?: number;
    value?: number;
  };
}

/** Updates over which "falling" and "rising" are judged; shorter spans follow the noise of a batch. */
const WINDOW = 8;

/** Score and true score have parted when each has moved this far, in opposite directions. */
const PARTED = 0.1;

/** β where there was none. */
const FIRST_LEASH = 0.05;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean of the newest window minus mean of the one before it; null until both are full. */
function change(values: readonly number[], window = WINDOW): number | null {
  if (values.length < 2 * window) return null;
  return mean(values.slice(-window)) - mean(values.slice(-2 * window, -window));
}

/** The KL grew faster in the newest window than in the one before. */
function isAccelerating(values: readonly number[]): boolean {
  const now = change(values);
  const before = change(values.slice(0, -WINDOW));
  return now !== null && before !== null && now > 0 && now > before;
}

function gaming(input: DiagnosisInput, sentence: string): Diagnosis {
  const beta = input.klCoef > 0 ? input.klCoef * 2 : FIRST_LEASH;
  return {
    level: 'warning',
    title: words.gaming(),
    sentence,
    repair: {
      label: words.setBeta({ beta: formatNumber(beta, 2) }),
      key: 'ppo.klCoef',
      value: Number(beta.toPrecision(2)),
    },
  };
}

function mayBeGaming(input: DiagnosisInput): Diagnosis | null {
  const drop = change(input.trueScore);
  const entropyChange = change(input.entropy);
  if (drop === null || drop >= -0.02 || entropyChange === null || entropyChange >= 0 || !isAccelerating(input.kl))
    return null;
  const best = Math.max(...input.trueScore);
  const now = mean(input.trueScore.slice(-WINDOW));
  return gaming(input, words.gamingWords({ now: formatNumber(now, 2), best: formatNumber(best, 2) }));
}

/** The reward model likes the answers better than at the start, and the world's own grade says that they are worse. */
function havePartedWays(input: DiagnosisInput): Diagnosis | null {
  const { scores, trueScore } = input;
  if (scores.length < 2 * WINDOW || trueScore.length < 2 * WINDOW) return null;
  const ends = (values: readonly number[]) => [mean(values.slice(0, WINDOW)), mean(values.slice(-WINDOW))];
  const [[from, to], [first, now]] = [ends(scores), ends(trueScore)];
  if (to < from + PARTED || now > first - PARTED) return null;
  const [a, b, c, d] = [from, to, first, now].map((value) => formatNumber(value, 2));
  return gaming(input, words.partedWords({ from: a, to: b, first: c, now: d }));
}

/** The sign that comes first in the table speaks for all. */
function hasCollapsed({ collapses, klCoef }: DiagnosisInput): Diagnosis | null {
  const sign = COLLAPSE_SIGN_KEYS.find((key) => collapses.some((collapse) => collapse.sign === key));
  const collapse = collapses.find((each) => each.sign === sign);
  if (!collapse) return null;
  const { title, sentence } = COLLAPSE_WORDS[collapse.sign];
  const repair: Diagnosis['repair'] =
    klCoef === 0
      ? { label: words.setBeta({ beta: formatNumber(FIRST_LEASH, 2) }), key: 'ppo.klCoef', value: FIRST_LEASH }
      : collapse.sign === 'collapse/unended'
        ? { label: words.penalty(), key: 'ppo.missingEosPenalty', value: 1 }
        : { label: words.smallerRate(), key: 'ppo.learningRate', factor: 1 / 3 };
  const numbers = { step: collapse.from, share: formatNumber(collapse.most, 0) };
  return { level: 'warning', title: title(), sentence: sentence(numbers), repair };
}

/**
 * One plain sentence about a PPO run. The first rule that holds speaks; the last one says "healthy".
 * Signals like these describe trouble better than they predict it, so the sentences say "may".
 */
export function diagnose(input: DiagnosisInput): Diagnosis {
  if (input.isDiverged) {
    return {
      level: 'stopped',
      title: words.stopped(),
      sentence: words.stoppedWords(),
      repair: { label: words.smallerRate(), key: 'ppo.learningRate', factor: 1 / 3 },
    };
  }
  if (input.kl.length === 0)
    return {
      level: 'waiting',
      title: words.none(),
      sentence: words.noneWords(),
    };
  if (input.kl.length <= input.valueWarmup)
    return {
      level: 'waiting',
      title: words.warmup(),
      sentence: words.warmupWords({ step: input.valueWarmup + 1 }),
    };
  if (input.kl.length >= 5 && input.kl.slice(-5).every((kl) => kl < -0.5)) {
    return {
      level: 'warning',
      title: words.disagree(),
      sentence: words.disagreeWords(),
    };
  }
  const ratio = input.ratio.at(-1);
  if (ratio !== undefined && (ratio < 0.5 || ratio > 2)) {
    return {
      level: 'warning',
      title: words.tooLarge(),
      sentence: words.tooLargeWords({ ratio: formatNumber(ratio, 2) }),
      repair: { label: words.smallerRate(), key: 'ppo.learningRate', factor: 1 / 3 },
    };
  }
  const warning = hasCollapsed(input) ?? mayBeGaming(input) ?? havePartedWays(input);
  if (warning !== null) return warning;
  return { level: 'healthy', title: words.healthy(), sentence: healthySentence(input) };
}

function healthySentence(input: DiagnosisInput): string {
  const kl = mean(input.kl.slice(-3));
  const scores = input.scores;
  if (scores.length < 2) return words.healthyEarly({ kl: formatNumber(kl, 2) });
  // The policy stands still while the critic warms up: together these updates say best where it started.
  const from = mean(scores.slice(0, Math.max(1, input.valueWarmup)));
  const to = mean(scores.slice(-3));
  const numbers = { to: formatNumber(to, 2), count: scores.length, kl: formatNumber(Math.abs(kl), 1) };
  if (to > from + 0.02) return words.healthyRose({ from: formatNumber(from, 2), ...numbers });
  return to < from - 0.02
    ? words.healthyFell({ from: formatNumber(from, 2), ...numbers })
    : words.healthyStayed(numbers);
}
