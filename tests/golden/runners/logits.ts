/** Ops on logits: log-probability, entropy, cross-entropy, KL estimators, sampling. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { filterProbabilities, sampleStep } from '../../../src/kernels/sampleTokens';
import { tokenLogprobs } from '../../../src/kernels/tokenLogprobs';
import { klEstimators } from '../../../src/rlhf/klEstimators';
import { meanNegativeLogprob } from '../../../src/rlhf/languageModelLoss';
import { input, numberAttr, type GoldenCase } from '../cases';
import { matrixShape, tensor, tensorRunner, type Runner } from './runner';

const logitsOf = (golden: GoldenCase, name = 'logits') => tensor<Tensor2D>(golden, name, matrixShape(golden, name));
const flat = <T extends Tensor>(golden: GoldenCase, name: string) =>
  tensor<T>(golden, name, [input(golden, name).data.length]);

function logprobs(golden: GoldenCase) {
  const logits = logitsOf(golden);
  const tokens = flat<Tensor1D>(golden, 'tokens');
  const forward = (x: Tensor) => tokenLogprobs(x as Tensor2D, tokens, numberAttr(golden, 'temperature')).logprobs;
  return { logprobs: forward(logits), d_logits: tf.grad(forward)(logits, flat(golden, 'd_logprobs')) };
}

function entropy(golden: GoldenCase) {
  const logits = logitsOf(golden);
  const anyToken = tf.zeros([logits.shape[0]], 'int32') as Tensor1D;
  const forward = (x: Tensor) => tokenLogprobs(x as Tensor2D, anyToken, numberAttr(golden, 'temperature')).entropy;
  return { entropy: forward(logits), d_logits: tf.grad(forward)(logits, flat(golden, 'd_entropy')) };
}

/** Labels as the product has them: a token everywhere, and a mask of those that count. */
function maskedLabels(golden: GoldenCase): { tokens: Tensor1D; counted: Tensor2D } {
  const ignored = numberAttr(golden, 'ignore_index');
  const labels = input(golden, 'labels').data;
  return {
    tokens: tf.tensor1d(
      labels.map((label) => (label === ignored ? 0 : label)),
      'int32',
    ),
    counted: tf.tensor2d(
      labels.map((label) => (label === ignored ? 0 : 1)),
      [1, labels.length],
    ),
  };
}

function crossEntropy(golden: GoldenCase) {
  const logits = logitsOf(golden);
  const { tokens, counted } = maskedLabels(golden);
  const rows = (x: Tensor) => tokenLogprobs(x as Tensor2D, tokens).logprobs.expandDims(0) as Tensor2D;
  const loss = (x: Tensor) => meanNegativeLogprob(rows(x), counted);
  return { loss: loss(logits), per_row_loss: rows(logits).mul(counted).neg(), d_logits: tf.grad(loss)(logits) };
}

/** Softmax over the answers of a prompt, the best one as the label: the same loss on other logits. */
function bestOfChoices(golden: GoldenCase) {
  const rewards = logitsOf(golden, 'rewards');
  const best = flat<Tensor1D>(golden, 'best');
  const everyRow = tf.ones([1, best.size]) as Tensor2D;
  const loss = (x: Tensor) =>
    meanNegativeLogprob(tokenLogprobs(x as Tensor2D, best).logprobs.expandDims(0) as Tensor2D, everyRow);
  return { loss: loss(rewards), d_rewards: tf.grad(loss)(rewards) };
}

function estimators(golden: GoldenCase) {
  const { exact, k1, k2, k3 } = klEstimators(
    logitsOf(golden, 'logits_p'),
    logitsOf(golden, 'logits_q'),
    flat(golden, 'tokens'),
  );
  return { exact_kl: exact, k1, k2, k3 };
}

function sampling(golden: GoldenCase) {
  const logits = logitsOf(golden);
  const [rows] = logits.shape;
  const [temperature, topK, topP] = ['temperature', 'top_k', 'top_p'].map((name) => numberAttr(golden, name));
  const { probs, kept } = filterProbabilities(logits, { temperature, topK, topP });
  const uniforms = tensor<Tensor2D>(golden, 'u', [1, rows]);
  const state = {
    tokens: tf.zeros([rows, 1], 'int32') as Tensor2D,
    done: tf.zeros([rows]) as Tensor1D,
    mask: tf.zeros([rows, 1]) as Tensor2D,
  };
  // An end token no row can draw: the token drawn is what is asked for.
  const picked = sampleStep(logits, uniforms, 0, state, { temperature, topK, topP, eos: -1, pad: 0, slot: 0 });
  return { probs, n_kept: kept, picked };
}

function nucleus(golden: GoldenCase) {
  const { probs, kept } = filterProbabilities(logitsOf(golden), {
    temperature: 1,
    topK: 0,
    topP: numberAttr(golden, 'top_p'),
    rule: 'lmhp',
  });
  return { probs, n_kept: kept };
}

export const logitRunners: Record<string, Runner> = {
  logprobs: tensorRunner(logprobs),
  entropy: tensorRunner(entropy),
  cross_entropy: tensorRunner(crossEntropy),
  rm_best_of: tensorRunner(bestOfChoices),
  kl_estimators: tensorRunner(estimators),
  sampling: tensorRunner(sampling),
  nucleus_lmhp: tensorRunner(nucleus),
};
