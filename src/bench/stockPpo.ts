/**
 * Iterations of PPO in nothing but TensorFlow.js' own operations and optimiser. Prompts, their order, the layout of a batch
 * and the cut of an answer at its end token are the program's own; what is computed from them is not.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { stream } from '../data/random';
import { EOS_ID, PAD_ID } from '../data/tokenizer';
import { paddedLength, queryResponseBatch } from '../data/batches';
import { disposeBatch, tokenBatch } from '../nn/batch';
import type { Gpt } from '../nn/gpt';
import { queryLimit, type Item } from '../pipeline/items';
import { Passes } from '../pipeline/passes';
import { policyRate, type PpoData } from '../pipeline/ppo';
import { disposeWindows, textWindows } from '../pipeline/pretrain';
import { truncateResponses } from '../rlhf/truncate';
import { PPO_NUMBERS, ppoNumbers, type PpoNumbers } from './ppoNumbers';
import type { Bout } from './side';
import {
  forwardInputs,
  keyMask,
  logprobsOf,
  meanOf,
  oneHot,
  policyLoss,
  scalarsOf,
  stockBatch,
  stockStates,
  valueLoss,
  type StockBatch,
} from './stockAnswers';
import { stockAdvantages } from './stockCredit';
import { stockLogits } from './stockGpt';
import { stockSample } from './stockSample';
import { Student } from './stockStudent';

export interface StockPpoStart {
  /** Where each network starts; all four stay the caller's and do not move. */
  models: { policy: Gpt; reference: Gpt; rewardModel: Gpt; valueModel: Gpt };
  data: Pick<PpoData, 'prompts' | 'pages'>;
  /** Answers to the prompts of the first iteration, taken in place of its own ones in the iteration that is compared. */
  answers: readonly (readonly number[])[];
  config: Config;
}

/** Tokens of a window of pretraining text. */
export const PTX_LENGTH = 64;

/** Steps 2 to 5: [B, R] each, and what is reported of them, [] each. */
function stockExperience({ models, config }: StockPpoStart, policy: Gpt, valueModel: Gpt, batch: StockBatch) {
  return tf.tidy(() => {
    const { real, last, queryLength } = batch;
    const scores = tf.tidy(() => scalarsOf(models.rewardModel, batch, queryLength).mul(last).sum(1, true) as Tensor2D);
    const logprobs = tf.tidy(() => logprobsOf(policy, batch, config['sampling.temperature']));
    const referenceLogprobs = tf.tidy(() => logprobsOf(models.reference, batch, config['sampling.temperature']));
    const values = tf.tidy(() => scalarsOf(valueModel, batch, queryLength - 1));
    const rules = { klCoef: config['ppo.klCoef'], gamma: config['ppo.gamma'], lambda: config['ppo.lambda'] };
    const raw = stockAdvantages({ logprobs, referenceLogprobs, values, scores, real, last }, rules);
    const centred = raw.sub(meanOf(raw, real));
    const advantages = centred.mul(meanOf(centred.square(), real).add(1e-8).rsqrt()).mul(real) as Tensor2D;
    const kl = logprobs.sub(referenceLogprobs).sum(1).mean() as Scalar;
    const score = scores.mean() as Scalar;
    const reward = score.sub(kl.mul(rules.klCoef)) as Scalar;
    return { learned: { logprobs, values, advantages, returns: raw.add(values) as Tensor2D }, kl, score, reward };
  });
}

/** @throws RangeError for settings whose rules this side does not have */
export function checkRules(config: Config): void {
  const has =
    config['ppo.klEstimator'] === 'k1' &&
    config['ppo.klControl'] === 'fixed' &&
    config['ppo.whitenAdvantages'] &&
    !config['ppo.whitenRewards'] &&
    config['ppo.scoreClip'] === 0 &&
    config['ppo.missingEosPenalty'] === 0 &&
    config['ppo.emaDecay'] === 0 &&
    config['ppo.valueWarmup'] === 0;
  if (!has) throw new RangeError('stockPpo: got settings that it has no operations for; expected those of W5 and W6.');
}

/** Step 1: an answer to each prompt, end token included where there is one. */
async function rollOut(policy: Gpt, prompts: readonly (readonly number[])[], config: Config): Promise<number[][]> {
  const newTokens = config['sampling.responseLength'];
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const queryLength = Math.min(queryLimit(policy.shape, newTokens), paddedLength(longest, 8));
  const rows = prompts.map((prompt) => ({ prompt, response: [] }));
  const { ids, mask } = queryResponseBatch(rows, { queryLength, responseLength: 0 });
  const batch = tokenBatch(ids, mask, queryLength, policy.shape.context);
  const tokens = tf.tidy(() => {
    const positions = batch.positions.reshape(batch.ids.shape) as Tensor2D;
    const lengths = batch.mask.sum(1).toInt() as Tensor1D;
    const padding = { hidden: keyMask(batch.mask), positions, lengths };
    const settings = { newTokens, temperature: config['sampling.temperature'], isGreedy: false, padding };
    return stockSample(policy, batch.ids, settings);
  });
  const cut = truncateResponses(await tokens.data(), newTokens, EOS_ID, PAD_ID);
  tokens.dispose();
  disposeBatch(batch);
  return rows.map((_, row) => [...cut.responses.slice(row * newTokens, row * newTokens + cut.lengths[row])]);
}

/** One iteration after the other, each from where the last one ended. */
class StockPpo {
  readonly #policy: Student;
  readonly #value: Student;
  readonly #prompts: Passes;
  readonly #shuffle;
  readonly #pages;
  #step = 0;
  numbers: PpoNumbers = {};

  constructor(readonly start: StockPpoStart) {
    const { models, data, config } = start;
    checkRules(config);
    const seed = config['run.seed'];
    this.#policy = new Student(models.policy, 0.999, 1e-5);
    this.#value = new Student(models.valueModel, 0.95, 1e-8);
    this.#prompts = new Passes(data.prompts.length, stream(seed, 'ppo/prompts'));
    this.#shuffle = stream(seed, 'ppo/shuffle');
    this.#pages = stream(seed, 'ppo/pages');
  }

  /** @param given answers to learn from; its own ones, made all the same, are dropped then */
  async iterate(given: StockPpoStart['answers'] | null): Promise<void> {
    const { data, config } = this.start;
    const prompts = this.#prompts.take(config['ppo.batchSize']).map((index) => data.prompts[index]);
    const own = await rollOut(this.#policy.model, prompts, config);
    const items = prompts.map((prompt, i): Item => ({ prompt, response: (given ?? own)[i] }));
    const batch = stockBatch(items, this.#policy.model, config['sampling.responseLength']);
    const { learned, kl, score, reward } = stockExperience(this.start, this.#policy.model, this.#value.model, batch);
    tf.dispose(batch);
    const rate = policyRate(config, ++this.#step);
    const rows: Scalar[][] = [];
    for (let epoch = 0; epoch < config['ppo.epochs']; epoch++) {
      const order = this.#shuffle.shuffle(items.map((_, row) => row));
      const size = order.length / config['ppo.minibatches'];
      for (let at = 0; at < order.length; at += size) {
        rows.push(this.#update(items, order.slice(at, at + size), learned, rate));
      }
    }
    // One readback for all that is reported.
    const all = tf.tidy(() => tf.stack([kl, score, reward, ...rows.flat()]));
    const [klRead, scoreRead, rewardRead, ...read] = await all.data();
    tf.dispose([all, learned, kl, score, reward, rows]);
    const width = rows[0].length;
    const mean = (i: number) => rows.reduce((sum, _, row) => sum + read[row * width + i], 0) / rows.length;
    const means = Array.from({ length: width }, (_, i) => mean(i));
    const ordered = [klRead, scoreRead, rewardRead, ...means];
    this.numbers = Object.fromEntries(ordered.map((value, i) => [PPO_NUMBERS[i], value]));
  }

  /** Both networks learn from one piece. @returns what is reported of it, in the order of PPO_NUMBERS from the fourth on */
  #update(
    items: readonly Item[],
    rows: readonly number[],
    learned: ReturnType<typeof stockExperience>['learned'],
    rate: number,
  ): Scalar[] {
    const { config } = this.start;
    const { model: policy } = this.#policy;
    const chosen = rows.map((row) => items[row]);
    const batch = stockBatch(chosen, policy, config['sampling.responseLength'], items);
    const { real, queryLength } = batch;
    const cut = tf.tidy(() => {
      const indices = tf.tensor1d([...rows], 'int32');
      const take = (x: Tensor2D) => tf.gather(x, indices);
      const { logprobs, values, advantages, returns } = learned;
      return { old: take(logprobs), oldValues: take(values), advantages: take(advantages), returns: take(returns) };
    });
    const mix = this.#startMix();
    const seen: Scalar[] = [tf.tidy(() => meanOf(cut.returns, real))];
    const report = (loss: Scalar) => {
      seen.push(tf.keep(loss.clone()));
      return loss;
    };
    let ptx: Scalar | null = null;
    const norm = this.#policy.update(rate, () => {
      const logprobs = logprobsOf(policy, batch, config['sampling.temperature']);
      const loss = report(policyLoss(logprobs, cut.old, cut.advantages, real, config['ppo.clipRange']));
      if (!mix) return loss;
      const text = tf.losses.softmaxCrossEntropy(mix.targets, stockLogits(policy, stockStates(policy, mix))) as Scalar;
      ptx = tf.keep(text.clone());
      return loss.add(text.mul(config['ppo.ptxCoef'])) as Scalar;
    });
    const valueNorm = this.#value.update(config['ppo.valueLearningRate'], () => {
      const values = scalarsOf(this.#value.model, batch, queryLength - 1);
      return report(valueLoss(values, cut.oldValues, cut.returns, real, config['ppo.valueClipRange']));
    });
    tf.dispose([batch, cut, mix ?? [], valueNorm]);
    return [...seen, norm, ...(ptx ? [ptx] : [])];
  }

  /** Windows of pretraining text; null where none are mixed in. */
  #startMix() {
    const { data, config, models } = this.start;
    if (config['ppo.ptxCoef'] === 0) return null;
    const text = data.pages();
    const random = () => this.#pages.int(text.length - PTX_LENGTH - 1);
    const starts = Array.from({ length: config['ppo.ptxBatchSize'] }, random);
    const { context, vocabulary } = models.policy.shape;
    const windows = textWindows(text, starts, Math.min(PTX_LENGTH, context), context);
    const mix = tf.tidy(() => ({
      ...forwardInputs(windows.tokens, models.policy),
      targets: oneHot(windows.targets, vocabulary),
    }));
    disposeWindows(windows);
    return mix;
  }

  dispose(): void {
    this.#policy.dispose();
    this.#value.dispose();
  }
}

/** @throws RangeError for settings whose rules this side does not have */
export function prepareStockPpo(start: StockPpoStart): Bout {
  const loop = new StockPpo(start);
  let isCompared = false;
  return {
    work: () => loop.iterate(isCompared ? start.answers : null),
    result: () => Promise.resolve(ppoNumbers(loop.numbers)),
    setGreedy(to) {
      isCompared = to;
    },
    dispose: () => loop.dispose(),
  };
}
