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
  meanLength: readonly number[];
  /** Share of the batch that ended by itself, 0 to 1. */
  endedShare: readonly number[];
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

function mayBeGaming(input: DiagnosisInput): Diagnosis | null {
  const drop = change(input.trueScore);
  const entropyChange = change(input.entropy);
  if (drop === null || drop >= -0.02 || entropyChange === null || entropyChange >= 0 || !isAccelerating(input.kl))
    return null;
  const best = Math.max(...input.trueScore);
  const now = mean(input.trueScore.slice(-WINDOW));
  const beta = input.klCoef > 0 ? input.klCoef * 2 : 0.05;
  return {
    level: 'warning',
    title: 'May be gaming the reward model.',
    sentence: `True score down to ${formatNumber(now, 2)} from a best of ${formatNumber(best, 2)} while KL grows faster and entropy falls.`,
    repair: { label: `Set β to ${formatNumber(beta, 2)}`, key: 'ppo.klCoef', value: Number(beta.toPrecision(2)) },
  };
}

/**
 * One plain sentence about a PPO run. The first rule that holds speaks; the last one says "healthy".
 * Signals like these describe trouble better than they predict it, so the sentences say "may".
 */
export function diagnose(input: DiagnosisInput): Diagnosis {
  if (input.isDiverged) {
    return {
      level: 'stopped',
      title: 'Stopped.',
      sentence: 'A value was not finite. The last good weights are kept; restart with a smaller learning rate.',
      repair: { label: 'Learning rate ÷ 3', key: 'ppo.learningRate', factor: 1 / 3 },
    };
  }
  if (input.kl.length === 0)
    return {
      level: 'waiting',
      title: 'No update yet.',
      sentence: 'The first numbers appear after the first batch of answers is scored.',
    };
  if (input.kl.length <= input.valueWarmup)
    return {
      level: 'waiting',
      title: 'The critic warms up.',
      sentence: `Only the value network learns so far; the policy moves from update ${input.valueWarmup + 1} on.`,
    };
  if (input.kl.length >= 5 && input.kl.slice(-5).every((kl) => kl < -0.5)) {
    return {
      level: 'warning',
      title: 'Sampled text and scored text disagree.',
      sentence:
        'KL has been below −0.5 for five updates, which true samples cannot do for long. Check temperature and top-k.',
    };
  }
  const ratio = input.ratio.at(-1);
  if (ratio !== undefined && (ratio < 0.5 || ratio > 2)) {
    return {
      level: 'warning',
      title: 'Updates too large.',
      sentence: `The mean probability ratio is ${formatNumber(ratio, 2)}; between 0.5 and 2 is usual.`,
      repair: { label: 'Learning rate ÷ 3', key: 'ppo.learningRate', factor: 1 / 3 },
    };
  }
  const gaming = mayBeGaming(input);
  if (gaming !== null) return gaming;
  const ended = input.endedShare.slice(-3);
  if (ended.length === 3 && mean(ended) < 0.2) {
    return {
      level: 'warning',
      title: 'Rarely ends.',
      sentence: `Only ${formatNumber(mean(ended) * 100, 0)} % of answers end by themselves; the rest are cut at the longest allowed length.`,
      repair: { label: 'Penalty 1', key: 'ppo.missingEosPenalty', value: 1 },
    };
  }
  return { level: 'healthy', title: 'Healthy.', sentence: healthySentence(input) };
}

function healthySentence(input: DiagnosisInput): string {
  const kl = mean(input.kl.slice(-3));
  const scores = input.scores;
  if (scores.length < 2) return `KL is ${formatNumber(kl, 2)} nats; scores need a few updates to show a direction.`;
  // The policy stands still while the critic warms up: together these updates say best where it started.
  const from = mean(scores.slice(0, Math.max(1, input.valueWarmup)));
  const to = mean(scores.slice(-3));
  const verb = to > from + 0.02 ? 'rose' : to < from - 0.02 ? 'fell' : 'stayed';
  const path =
    verb === 'stayed' ? `near ${formatNumber(to, 2)}` : `from ${formatNumber(from, 2)} to ${formatNumber(to, 2)}`;
  return `Score ${verb} ${path} over ${scores.length} updates, ${formatNumber(Math.abs(kl), 1)} nats from SFT.`;
}
