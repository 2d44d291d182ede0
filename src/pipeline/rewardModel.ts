import * as tf from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { DivergedError } from '../config/errors';
import { stream } from '../data/random';
import { readStep } from '../kernels/readStep';
import type { StepRunner } from '../kernels/stepRunner';
import { rankingLoss, type RankingLossOptions } from '../kernels/rankingLoss';
import { valueAndGradients } from '../nn/gradients';
import { copyModel, type ForwardOptions, type Gpt } from '../nn/gpt';
import { addRewardHead } from '../nn/initialise';
import { learningRate } from '../nn/schedule';
import { demonstrationShift, withinPromptDeviation } from '../rlhf/normaliseScores';
import { responseScores, type ResponseBatch } from '../rlhf/responses';
import { DeviceRing, type RingRow } from './deviceRing';
import { countTokens, disposeResponseBatch, responseBatch, type Item } from './items';
import { Passes, type PassesState } from './passes';
import type { Metrics, MetricsRow, StageLoop } from './report';
import { cosineToTenth, Course, supervisedOptimizer, withNorms, type SavedCourse } from './supervised';

/** K answers to one prompt with the ranks one labeler gave: lower is better, equal is a tie. K may differ between prompts. */
export interface RankedItems {
  items: Item[];
  ranks: readonly number[];
}

export interface RewardData {
  train: RankedItems[];
  validation: RankedItems[];
  /** Demonstrations of validation prompts: their mean score becomes 0. */
  demonstrations: Item[];
}

const EVALUATION_ROWS = 128;

/**
 * Scores of items under a reward model, in its units. One readback per batch.
 * @param runner keeps what it took for batches of the same widths
 */
export async function scoreItems(
  model: Gpt,
  items: readonly Item[],
  responseLength: number,
  runner?: StepRunner,
): Promise<Float32Array> {
  const scores = new Float32Array(items.length);
  for (let at = 0; at < items.length; at += EVALUATION_ROWS) {
    const batch = responseBatch(items.slice(at, at + EVALUATION_ROWS), model.shape, responseLength);
    const step = { name: 'scores', uses: [model], inputs: { batch } };
    const read = await readStep(runner, step, (given) => ({ scores: responseScores(model, given.batch) }));
    scores.set(read.scores, at);
    disposeResponseBatch(batch);
  }
  return scores;
}

export interface PairStatistics {
  pairs: number;
  correct: number;
  /** Sum over pairs of score(better) − score(worse). */
  margin: number;
  /** Sum over pairs of −log σ(margin). */
  loss: number;
}

/** How well scores order the pairs of rankings; ties left out, equal scores count as wrong. */
export function pairStatistics(scores: ArrayLike<number>, ranks: readonly (readonly number[])[]): PairStatistics {
  const total: PairStatistics = { pairs: 0, correct: 0, margin: 0, loss: 0 };
  let start = 0;
  for (const row of ranks) {
    for (let i = 0; i < row.length; i++) {
      for (let j = 0; j < row.length; j++) {
        if (row[i] >= row[j]) continue;
        const margin = scores[start + i] - scores[start + j];
        total.pairs++;
        if (margin > 0) total.correct++;
        total.margin += margin;
        total.loss += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin);
      }
    }
    start += row.length;
  }
  return total;
}

/** Pearson correlation; 0 where one side does not vary. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, value) => sum + value, 0) / n;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Held-out metrics of a reward model. */
export async function evaluateRewardModel(
  model: Gpt,
  rankings: readonly RankedItems[],
  responseLength: number,
  runner?: StepRunner,
): Promise<Metrics> {
  const items = rankings.flatMap((ranking) => ranking.items);
  const scores = await scoreItems(model, items, responseLength, runner);
  const { pairs, correct, loss } = pairStatistics(
    scores,
    rankings.map((ranking) => ranking.ranks),
  );
  const lengths = items.map((item) => item.response.length);
  return {
    'rm/eval_accuracy': correct / pairs,
    'rm/eval_loss': loss / pairs,
    'rm/length_corr': correlation(scores, lengths),
  };
}

/** Scale of the fresh head: small, so that the first scores are near 0. */
const HEAD_SCALE = 0.3;
const EVALUATIONS_PER_EPOCH = 2;

/** A copy of `start`, usually the SFT model, with a fresh scalar head for the output layer. Owned by the caller. */
export function startRewardModel(start: Gpt, config: Config): Gpt {
  const random = stream(config['run.seed'], 'rm/head');
  return addRewardHead(copyModel(start), () => random.gaussian(), HEAD_SCALE);
}

/** What a row of the ring belongs to: the rate in force, and the ranks of the answers scored. */
interface RewardHost {
  rate: number;
  ranks: (readonly number[])[];
}
export type RewardCourse = Course<Passes, RewardHost>;

/** @param saved continues from there; the weights are the caller's to bring back */
export function startRewardTraining(
  model: Gpt,
  data: RewardData,
  config: Config,
  saved?: SavedCourse<PassesState>,
): RewardCourse {
  return new Course(
    new Passes(data.train.length, stream(config['run.seed'], 'rm/shuffle'), saved?.draws),
    supervisedOptimizer(model.parameters, config['rm.weightDecay'], saved?.optimizer),
    new DeviceRing('rm', config['run.logEvery']),
    rewardRow,
    saved,
  );
}

/**
 * Reward modelling on rankings; all pairs of a prompt are one batch element. Trains `model` in place and normalises it at
 * the end: demonstrations average 0, and by default the spread inside a prompt is 1.
 * @source Ouyang et al. 2022, section 3.5, eq. 1
 */
export async function* trainRewardModel(
  model: Gpt,
  data: RewardData,
  config: Config,
  course = startRewardTraining(model, data, config),
): StageLoop<void> {
  const { optimizer, ring } = course;
  const responseLength = config['sampling.responseLength'];
  const rows = Math.min(config['rm.batchSize'], data.train.length);
  const perEpoch = Math.floor(data.train.length / rows);
  const totalSteps = config['rm.epochs'] * perEpoch;
  const schedule = cosineToTenth(totalSteps, config['rm.warmupSteps'], 0.1);
  try {
    while (course.step < totalSteps) {
      const step = course.step + 1;
      // 1 rankings
      const rankings = course.draws.batch(rows).map((i) => data.train[i]);
      const items = rankings.flatMap((ranking) => ranking.items);
      const batch = rankingBatch(rankings, model, responseLength);
      // 2 loss and gradients, 3 update
      const rate = learningRate({ ...schedule, peak: config['rm.learningRate'] }, step - 1);
      optimizer.advance(rate);
      const loss = { divisor: config['rm.pairDivisor'], centering: config['rm.centering'] };
      const learning = { name: 'rm', uses: [model, optimizer], inputs: { batch, loss } };
      const { row } = await course.runner.run(learning, ({ batch, loss }) => {
        const { value, gradients, scores } = rankingGradients(model, batch, loss);
        optimizer.update(gradients, value);
        const row = withNorms(optimizer, [value, scores]);
        scores.dispose();
        return { row };
      });
      disposeRankingBatch(batch);
      const ranks = rankings.map((ranking) => ranking.ranks);
      ring.push(step, { rate, ranks }, row, (observe) => {
        const again = rankingBatch(rankings, model, responseLength);
        const { scores, ...result } = rankingGradients(model, again, loss, observe);
        disposeRankingBatch(again);
        scores.dispose();
        return result;
      });
      // 4 metrics, read together every few steps; held-out accuracy twice an epoch
      const read: MetricsRow[] = [];
      if (ring.isFull || step === totalSteps) read.push(...(await course.read()));
      if (step % Math.ceil(perEpoch / EVALUATIONS_PER_EPOCH) === 0 || step === totalSteps) {
        read.push({ step, metrics: await evaluateRewardModel(model, data.validation, responseLength, course.runner) });
      }
      course.tokens += countTokens(items);
      course.step = step;
      yield { stage: 'rm', step, totalSteps, rows: read, tokens: countTokens(items), episodes: 0 };
    }
    await normaliseHead(model, data, config, totalSteps);
  } finally {
    course.dispose();
  }
}

/**
 * Answers of a batch as [P, K] in one list. A prompt with fewer answers than the batch's K repeats its first one; the loss
 * is told how many count.
 */
function padRankings(rankings: readonly RankedItems[]): Item[] {
  const answers = Math.max(...rankings.map((ranking) => ranking.items.length));
  return rankings.flatMap(({ items }) => Array.from({ length: answers }, (_, i) => items[i] ?? items[0]));
}

/** Rankings on the device: P prompts with K answers each, padding included. */
type RankingBatch = {
  /** P·K answers. */
  answers: ResponseBatch;
  /** [P, K] int32 */
  ranks: tf.Tensor2D;
  /** [P] int32, how many of the K count */
  k: tf.Tensor1D;
};

function rankingBatch(rankings: readonly RankedItems[], model: Gpt, responseLength: number): RankingBatch {
  const counts = rankings.map((ranking) => ranking.ranks.length);
  const most = Math.max(...counts);
  const rows = rankings.map(({ ranks }) => [...ranks, ...new Array<number>(most - ranks.length).fill(0)]);
  return {
    answers: responseBatch(padRankings(rankings), model.shape, responseLength),
    ranks: tf.tensor2d(rows, [rankings.length, most], 'int32'),
    k: tf.tensor1d(counts, 'int32'),
  };
}

function disposeRankingBatch({ answers, ranks, k }: RankingBatch): void {
  disposeResponseBatch(answers);
  tf.dispose([ranks, k]);
}

/** Gradients of one step, and the scores [P·K] they come from, padding included. All results are owned by the caller. */
function rankingGradients(
  model: Gpt,
  { answers, ranks, k }: RankingBatch,
  options: RankingLossOptions,
  observe?: ForwardOptions['observe'],
) {
  const side: { scores?: tf.Tensor1D } = {};
  const result = valueAndGradients(model.parameters, () => {
    const scores = responseScores(model, answers, { observe });
    side.scores = tf.keep(scores.mul(1) as tf.Tensor1D);
    const rewards = scores.reshape(ranks.shape) as tf.Tensor2D;
    return rankingLoss({ rewards, ranks, k }, options).loss;
  });
  return { ...result, scores: side.scores! };
}

function rewardRow({ step, host, values }: RingRow<RewardHost>): MetricsRow {
  const [norm, , loss] = values;
  const padded = values.subarray(3);
  const answers = padded.length / host.ranks.length;
  const scores = padded.filter((_, i) => i % answers < host.ranks[Math.floor(i / answers)].length);
  const { pairs, correct, margin } = pairStatistics(scores, host.ranks);
  return {
    step,
    metrics: {
      'rm/loss': loss,
      // A batch in which everything is tied has neither.
      ...(pairs > 0 && { 'rm/accuracy': correct / pairs, 'rm/margin': margin / pairs }),
      'rm/min_reward': Math.min(...scores),
      'rm/mean_reward': scores.reduce((sum, score) => sum + score, 0) / scores.length,
      'rm/max_reward': Math.max(...scores),
      'rm/grad_norm': norm,
      'rm/lr': host.rate,
    },
  };
}

/**
 * Folds shift and scale into the head, so that the model itself gives normalised scores.
 * @throws DivergedError when it gives every answer the same score, which no scale can spread
 */
async function normaliseHead(model: Gpt, data: RewardData, config: Config, step: number): Promise<void> {
  const responseLength = config['sampling.responseLength'];
  const shift = demonstrationShift(await scoreItems(model, data.demonstrations, responseLength));
  const answers = data.validation.map((ranking) => ranking.ranks.length);
  const samples = await scoreItems(
    model,
    data.validation.flatMap((ranking) => ranking.items),
    responseLength,
  );
  const gain = config['rm.normalization'] === 'shift_scale' ? 1 / withinPromptDeviation(samples, answers) : 1;
  if (!Number.isFinite(shift) || !Number.isFinite(gain)) {
    const message = `rm: scores cannot be normalised with shift ${shift} and gain ${gain}; expected scores that differ between answers to a prompt. Change the learning rate and start the stage again.`;
    throw new DivergedError(message, 'rm', step, 'score.weight');
  }
  const { parameters } = model;
  const [weight, bias] = [parameters['score.weight'], parameters['score.bias']];
  parameters['score.weight'] = tf.keep(tf.tidy(() => weight.mul(gain)));
  parameters['score.bias'] = tf.keep(tf.tidy(() => bias.sub(shift).mul(gain)));
  tf.dispose([weight, bias]);
}
