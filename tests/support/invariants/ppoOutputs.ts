/** Everything that a minibatch of PPO computes from the tiny rollout. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { tokenBatch } from '../../../src/nn/batch';
import type { Gpt, Parameters } from '../../../src/nn/gpt';
import { computeExperience, type ExperienceSettings } from '../../../src/rlhf/experience';
import {
  policyGradients,
  valueGradients,
  type PolicyMinibatch,
  type PretrainingMix,
  type ValueMinibatch,
} from '../../../src/rlhf/ppoUpdate';
import type { ResponseBatch } from '../../../src/rlhf/responses';
import { integers } from '../numbers';
import { SHAPE, tinyScores } from '../tinyRollout';

export const SETTINGS: ExperienceSettings = {
  klCoef: 0.1,
  klEstimator: 'k1',
  scoreClip: null,
  missingEosPenalty: null,
  missingEosScore: null,
  scorePosition: 'last_token',
  gamma: 1,
  lambda: 0.95,
  temperature: 0.7,
  whitenRewards: false,
  whitenAdvantages: true,
  unbiasedVariance: false,
};

export function experience(
  policy: Gpt,
  reference: Gpt,
  valueModel: Gpt,
  batch: ResponseBatch,
  settings: Partial<ExperienceSettings> = {},
) {
  const { scores, hasEos } = tinyScores();
  return computeExperience(policy, reference, valueModel, batch, scores, hasEos, { ...SETTINGS, ...settings });
}

/** Some rows of the experience, with the batch they belong to. */
export function minibatchOf(
  made: ReturnType<typeof experience>,
  batch: ResponseBatch,
  rows: number[],
): PolicyMinibatch & ValueMinibatch {
  const take = (x: Tensor2D) => tf.gather(x, tf.tensor1d(rows, 'int32'));
  return {
    batch,
    oldLogprobs: take(made.logprobs),
    oldValues: take(made.values),
    advantages: take(made.advantages),
    returns: take(made.returns),
  };
}

/** Everything a PPO minibatch computes; kept tensors are handed over to the surrounding tidy. */
export function ppoOutputs(
  policy: Gpt,
  valueModel: Gpt,
  minibatch: PolicyMinibatch & ValueMinibatch,
  mix: PretrainingMix | null = null,
): Record<string, Tensor> {
  const forPolicy = policyGradients(policy, minibatch, 0.2, SETTINGS.temperature, mix);
  const forValue = valueGradients(valueModel, minibatch, 0.2, 0.1);
  const labelled = (label: string, gradients: Parameters) =>
    Object.entries(gradients).map(([name, gradient]) => [`${label} ${name}`, gradient] as const);
  const kept: Record<string, Tensor> = {
    total: forPolicy.total,
    policyMetrics: forPolicy.metrics,
    entropy: forPolicy.entropy,
    newLogprobs: forPolicy.newLogprobs,
    valueMetrics: forValue.metrics,
    valueLoss: forValue.loss,
    newValues: forValue.newValues,
    ...(forPolicy.ptxLoss && { ptxLoss: forPolicy.ptxLoss }),
    ...Object.fromEntries([...labelled('policy', forPolicy.gradients), ...labelled('value', forValue.gradients)]),
  };
  const handedOver = Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, tensor.clone()]));
  tf.dispose(kept);
  return handedOver;
}

export function mixOf(coefficient: number): PretrainingMix {
  const [rows, length] = [2, 6];
  const ids = integers(rows * length, SHAPE.vocabulary, 21);
  const tokens = tokenBatch(ids, new Float32Array(rows * length).fill(1), length, SHAPE.context);
  const counted = tf.tensor1d(Array.from(ids, (_, i) => (i % length === length - 1 ? 0 : 1)));
  return {
    coefficient: tf.scalar(coefficient),
    tokens,
    targets: tf.tensor1d(integers(rows * length, SHAPE.vocabulary, 22), 'int32'),
    counted,
  };
}
