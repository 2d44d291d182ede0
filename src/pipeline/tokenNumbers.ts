/** What the inspector shows: every number behind the tokens of an answer, from the functions that training uses. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { readValues } from '../kernels/defineKernel';
import { readStep } from '../kernels/readStep';
import type { Gpt } from '../nn/gpt';
import { assignCredit, penalisedRewards } from '../rlhf/experience';
import { responseLogprobs, responseScores, responseValues, type ResponseBatch } from '../rlhf/responses';
import { disposeResponseBatch, responseBatch, type Item } from './items';
import { startValueModel } from './ppo';
import { endedFlags, experienceSettings } from './ppoExperience';
import type { Run } from './run';

export interface Alternative {
  token: string;
  probability: number;
}

/** Rewards of one answer as PPO computes them, but unwhitened: one answer is no batch to be whitened against. */
export interface TokenCredit {
  values: number[];
  /** Penalised distance of each token, by the estimator in use. */
  kl: number[];
  rewards: number[];
  advantages: number[];
  returns: number[];
  /** Of the reward model, normalised. */
  score: number;
  /** After clip and missing-end rule: what the last token earns. */
  scoreUsed: number;
  klCoef: number;
  klEstimator: Config['ppo.klEstimator'];
  gamma: number;
  lambda: number;
}

/** The same tokens under the policy before and after the newest PPO update. */
export interface TokenUpdate {
  before: number[];
  after: number[];
  clipRange: number;
}

/** One entry for each answer token, in nats and reward units. */
export interface TokenNumbers {
  logprobs: number[];
  entropies: number[];
  /** SFT is compared with the base model while it learns, everything else with SFT. */
  reference: { policy: 'base' | 'sft'; logprobs: number[] } | null;
  /** The most likely next tokens of policy and reference at each position. */
  alternatives: { policy: Alternative[]; reference: Alternative[] | null }[];
  /** Null before there are an SFT policy and a reward model. */
  credit: TokenCredit | null;
  update: TokenUpdate | null;
}

const ALTERNATIVES = 8;

/** @param before weights of the trained policy before its newest update; null where that is not known */
export async function tokenNumbers(
  run: Run,
  policy: Gpt,
  items: readonly Item[],
  before: Gpt | null,
): Promise<TokenNumbers[]> {
  const batch = responseBatch(items, policy.shape, run.config['sampling.responseLength']);
  const reference = referenceOf(run, policy);
  const own = await readPolicy(run, policy, batch, items);
  const other = reference && (await readPolicy(run, reference.model, batch, items));
  const credit = reference?.policy === 'sft' ? await readCredit(run, own, other!, batch, items) : null;
  const update = before && run.ppo && (await readUpdate(run, before, run.ppo.policy, batch, items));
  tf.dispose([own.kept, other?.kept ?? []]);
  disposeResponseBatch(batch);
  return items.map((_, row) => ({
    logprobs: own.logprobs[row],
    entropies: own.entropies[row],
    reference: reference && { policy: reference.policy, logprobs: other!.logprobs[row] },
    alternatives: own.alternatives[row].map((list, t) => ({
      policy: list,
      reference: other && other.alternatives[row][t],
    })),
    credit: credit && credit[row],
    update: update && update[row],
  }));
}

function referenceOf(run: Run, policy: Gpt): { policy: 'base' | 'sft'; model: Gpt } | null {
  const { base, sft, rewardModel } = run.models;
  if (sft && (policy !== sft || rewardModel))
    return policy === base && !rewardModel ? null : { policy: 'sft', model: sft };
  return base && policy !== base ? { policy: 'base', model: base } : null;
}

/** Values of [B, R] tensors, cut to the real tokens of each row. One readback. */
async function readRows<Name extends string>(
  tensors: Record<Name, Tensor>,
  items: readonly Item[],
): Promise<Record<Name, number[][]>> {
  const names = Object.keys(tensors) as Name[];
  const stacked = tf.tidy(() => tf.stack(names.map((name) => tensors[name])));
  const [, rows, slots] = stacked.shape as [number, number, number];
  const values = await readValues(stacked);
  stacked.dispose();
  const cut = (k: number) => realTokens(values.subarray(k * rows * slots), items, slots);
  return Object.fromEntries(names.map((name, k) => [name, cut(k)])) as Record<Name, number[][]>;
}

/** Rows of a [B, R] tensor, each cut to the real tokens of its answer. */
function realTokens(values: ArrayLike<number>, items: readonly Item[], slots: number): number[][] {
  return items.map(({ response }, row) => Array.from(response, (_, t) => values[row * slots + t]));
}

interface PolicyReading {
  logprobs: number[][];
  entropies: number[][];
  alternatives: Alternative[][][];
  /** [B, R] on the device, padded slots 0, for the reward arithmetic. */
  kept: Tensor2D;
}

async function readPolicy(run: Run, model: Gpt, batch: ResponseBatch, items: readonly Item[]): Promise<PolicyReading> {
  const temperature = run.config['sampling.temperature'];
  const step = { name: 'token numbers', uses: [model], inputs: { batch, temperature } };
  const { rows, logits: values } = await readStep(run.looking, step, ({ batch, temperature }) => {
    const side: { logits?: Tensor } = {};
    const observe = (name: string, tensor: Tensor) => {
      // What a forward pass shows is gone when it ends.
      if (name === 'logits') side.logits = tf.keep(tensor.mul(1 / temperature));
    };
    const read = responseLogprobs(model, batch, temperature, { observe });
    return { rows: tf.stack([read.logprobs.mul(batch.mask), read.entropy]), logits: side.logits! };
  });
  const vocabulary = model.shape.vocabulary;
  const [count, slots] = batch.responses.shape;
  const kept = tf.tensor2d(rows.slice(0, count * slots), [count, slots]);
  const logprobs = realTokens(rows, items, slots);
  const entropies = realTokens(rows.subarray(count * slots), items, slots);
  const alternatives = items.map(({ response }, row) =>
    response.map((_, t) => {
      const at = (row * slots + t) * vocabulary;
      return mostLikely(values.subarray(at, at + vocabulary), run.curriculum.tokenText);
    }),
  );
  return { logprobs, entropies, alternatives, kept };
}

function mostLikely(logits: ArrayLike<number>, tokenText: (id: number) => string): Alternative[] {
  const top: number[] = [];
  let most = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    most = Math.max(most, logits[id]);
    if (top.length === ALTERNATIVES && logits[id] <= logits[top[ALTERNATIVES - 1]]) continue;
    const place = top.findIndex((other) => logits[other] < logits[id]);
    top.splice(place < 0 ? top.length : place, 0, id);
    top.length = Math.min(top.length, ALTERNATIVES);
  }
  let total = 0;
  for (let id = 0; id < logits.length; id++) total += Math.exp(logits[id] - most);
  return top.map((id) => ({ token: tokenText(id), probability: Math.exp(logits[id] - most) / total }));
}

async function readCredit(
  run: Run,
  own: PolicyReading,
  reference: PolicyReading,
  batch: ResponseBatch,
  items: readonly Item[],
): Promise<TokenCredit[] | null> {
  const { config, models, ppo } = run;
  const { rewardModel } = models;
  if (!rewardModel) return null;
  const borrowed = ppo?.valueModel ?? models.valueModel;
  const valueModel = borrowed ?? startValueModel(rewardModel, config['ppo.valueInit']);
  const klCoef = ppo?.klCoef ?? config['ppo.klCoef'];
  const settings = { ...experienceSettings(config, klCoef), whitenAdvantages: false, whitenRewards: false };
  const ended = endedFlags(items);
  const { rows: tensors, perAnswer } = tf.tidy(() => {
    const scores = responseScores(rewardModel, batch);
    const values = responseValues(valueModel, batch).mul(batch.mask) as Tensor2D;
    const readings = { logprobs: own.kept, referenceLogprobs: reference.kept };
    const { kl, rewards, rewardsUsed, scoresUsed } = penalisedRewards(readings, batch, scores, ended, settings);
    const { advantages, returns } = assignCredit(rewardsUsed, values, batch, settings);
    return { rows: { values, kl, rewards, advantages, returns }, perAnswer: tf.concat([scores, scoresUsed]) };
  });
  const read = await readRows(tensors, items);
  const scores = await readValues(perAnswer);
  tf.dispose([tensors, perAnswer, ended]);
  if (!borrowed) tf.dispose(valueModel.parameters);
  const { klEstimator, gamma, lambda } = settings;
  return items.map((_, row) => ({
    values: read.values[row],
    kl: read.kl[row],
    rewards: read.rewards[row],
    advantages: read.advantages[row],
    returns: read.returns[row],
    score: scores[row],
    scoreUsed: scores[items.length + row],
    ...{ klCoef, klEstimator, gamma, lambda },
  }));
}

async function readUpdate(
  run: Run,
  before: Gpt,
  after: Gpt,
  batch: ResponseBatch,
  items: readonly Item[],
): Promise<TokenUpdate[]> {
  const temperature = run.config['sampling.temperature'];
  const tensors = tf.tidy(() => ({
    before: responseLogprobs(before, batch, temperature).logprobs,
    after: responseLogprobs(after, batch, temperature).logprobs,
  }));
  const read = await readRows(tensors, items);
  tf.dispose(tensors);
  const clipRange = run.config['ppo.clipRange'];
  return items.map((_, row) => ({ before: read.before[row], after: read.after[row], clipRange }));
}
