import { winRate, type Rate } from '../data/agreement';
import type { Grade } from '../data/grader';
import type { Gpt } from '../nn/gpt';
import { Z95 } from '../rlhf/statistics';
import { stream } from '../data/random';
import type { Item } from './items';
import { sequenceKl } from './likelihood';
import { scoreItems } from './rewardModel';
import { samplingOf, type Run } from './run';
import { sampleAnswers } from './sampling';
import type { PromptItem } from './curriculum';

export interface Interval {
  mean: number;
  low: number;
  high: number;
  n: number;
}

/** Mean with its normal 95 % interval. */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  const half = Z95 * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half, n };
}

/** One policy's answers to a set of prompts, graded. */
export interface PolicyEvaluation {
  items: Item[];
  grades: Grade[];
  /** Mean true reward, −1..1. */
  trueScore: Interval;
  /** Mean normalised reward-model score. */
  proxyScore: Interval | null;
  /** Σ (log π − log π_ref) per answer, nats; null without a reference. */
  kl: Interval | null;
  meanLength: number;
  endedShare: number;
}

/** Samples one answer per prompt at temperature 1 and grades it. Evaluation has random streams of its own. */
export async function evaluatePolicy(run: Run, policy: Gpt, prompts: readonly PromptItem[]): Promise<PolicyEvaluation> {
  const { config, curriculum, models } = run;
  const slots = config['sampling.responseLength'];
  const items = await sampleAnswers(
    policy,
    prompts.map((prompt) => prompt.tokens),
    { ...samplingOf(config, 'evaluation'), temperature: 1 },
  );
  const grades = items.map((item, i) => curriculum.grade(prompts[i].spec, item.response));
  const proxy = models.rewardModel ? await scoreItems(models.rewardModel, items, slots) : null;
  const kl = models.sft ? await sequenceKl(policy, models.sft, items, slots) : null;
  return {
    items,
    grades,
    trueScore: meanInterval(grades.map((grade) => grade.reward)),
    proxyScore: proxy && meanInterval([...proxy]),
    kl: kl && meanInterval(kl),
    meanLength: meanInterval(items.map((item) => item.response.length)).mean,
    endedShare: meanInterval(items.map((item) => (curriculum.isEnded(item.response) ? 1 : 0))).mean,
  };
}

/** Win rate of `a` over `b` by a labeler group: three labelers a prompt, ties half, interval over prompts. */
export function compareBy(run: Run, group: 'training' | 'heldOut', a: PolicyEvaluation, b: PolicyEvaluation): Rate {
  const { curriculum, config } = run;
  const shown = (evaluation: PolicyEvaluation, i: number) => ({
    text: curriculum.decodeAnswer(evaluation.items[i].response),
    grade: evaluation.grades[i],
  });
  const pairs = a.items.map((_, i) => [shown(a, i), shown(b, i)] as const);
  return winRate(pairs, curriculum.labelers[group], stream(config['run.seed'], `evaluation/judges/${group}`));
}
