/**
 * Gradients of one PPO minibatch, policy and value network apart.
 *   L_policy = mean max(−A·ρ, −A·clip(ρ, 1−ε, 1+ε)) + γ_ptx · L_pretraining
 *   L_value  = c_v · ½ mean max((V−R)², (V_clip−R)²)
 * Means are over real answer tokens. PPO-ptx adds the pretraining gradient before clipping. It is computed by itself: the
 * activations of one forward pass are gone before those of the other are made.
 * @source Schulman et al. 2017 (arXiv:1707.06347) eq. 7; Ouyang et al. 2022, eq. 2 and App. C.4
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { maskedMean } from '../kernels/maskedMean';
import { ppoPolicyLoss, ppoValueLoss } from '../kernels/ppoLoss';
import type { StepNumber } from '../kernels/stepValue';
import { addGradients, valueAndGradients } from '../nn/gradients';
import type { ForwardOptions, Gpt, Parameters, TokenBatch } from '../nn/gpt';
import { nextTokenLoss } from './languageModelLoss';
import { responseLogprobs, responseValues, type ResponseBatch } from './responses';

/** A slice of the iteration's answers, and of what was computed for them what the policy learns from. */
export type PolicyMinibatch = {
  batch: ResponseBatch;
  oldLogprobs: Tensor2D;
  advantages: Tensor2D;
};

/** The same for the value network. */
export type ValueMinibatch = {
  batch: ResponseBatch;
  oldValues: Tensor2D;
  returns: Tensor2D;
};

/** Windows of pretraining text mixed into the policy update. */
export interface PretrainingMix {
  /** [] weight of the pretraining loss, γ of eq. 2 */
  coefficient: Scalar;
  tokens: TokenBatch;
  /** [B·T] int32 */
  targets: Tensor1D;
  /** [B·T] float32 */
  counted: Tensor1D;
}

export interface PolicyGradients {
  gradients: Parameters;
  /** Policy loss plus weighted pretraining loss, []. */
  total: Scalar;
  /** Order of POLICY_METRICS in kernels/ppoLoss. */
  metrics: Tensor1D;
  /** [] mean entropy of the current policy on answer tokens */
  entropy: Scalar;
  /** [] or null without a mix */
  ptxLoss: Scalar | null;
  /** [B, R] under the current policy */
  newLogprobs: Tensor2D;
}

/** All results are owned by the caller. */
export function policyGradients(
  policy: Gpt,
  minibatch: PolicyMinibatch,
  clipRange: StepNumber,
  temperature: StepNumber,
  mix: PretrainingMix | null,
  options: ForwardOptions = {},
): PolicyGradients {
  const { batch, oldLogprobs, advantages } = minibatch;
  const side: Partial<PolicyGradients> = { ptxLoss: null };
  const { value, gradients } = valueAndGradients(policy.parameters, () => {
    const { logprobs: newLogprobs, entropy } = responseLogprobs(policy, batch, temperature, options);
    const { loss, metrics } = ppoPolicyLoss({ newLogprobs, oldLogprobs, advantages, mask: batch.mask }, { clipRange });
    side.newLogprobs = tf.keep(newLogprobs.mul(batch.mask) as Tensor2D);
    side.entropy = tf.keep(maskedMean(entropy, batch.mask).mean);
    side.metrics = tf.keep(metrics);
    return loss;
  });
  if (!mix) return { ...(side as PolicyGradients), total: value, gradients };
  const ofText = textGradients(policy, mix, options);
  const total = tf.add(value, ofText.weighted) as Scalar;
  tf.dispose([value, ofText.weighted]);
  const { ptxLoss } = ofText;
  return { ...(side as PolicyGradients), ptxLoss, total, gradients: addGradients(gradients, ofText.gradients) };
}

/** Weighted pretraining loss with its gradients, and the loss itself. */
function textGradients(
  policy: Gpt,
  { coefficient, tokens, targets, counted }: PretrainingMix,
  options: ForwardOptions,
) {
  let ptxLoss!: Scalar;
  const { value: weighted, gradients } = valueAndGradients(policy.parameters, () => {
    const loss = nextTokenLoss(policy, tokens, targets, counted, options);
    ptxLoss = tf.keep(loss.mul(1) as Scalar);
    return loss.mul(coefficient) as Scalar;
  });
  return { weighted, gradients, ptxLoss };
}

export interface ValueGradients {
  gradients: Parameters;
  /** Order of VALUE_METRICS in kernels/ppoLoss. */
  metrics: Tensor1D;
  /** [] unscaled value loss */
  loss: Scalar;
  /** [B, R] under the current value network */
  newValues: Tensor2D;
}

/** @param valueClipRange null trains on the unclipped error. All results are owned by the caller. */
export function valueGradients(
  valueModel: Gpt,
  minibatch: ValueMinibatch,
  valueClipRange: StepNumber | null,
  valueCoef: number,
  options: ForwardOptions = {},
): ValueGradients {
  const { batch, oldValues, returns } = minibatch;
  const side: Partial<ValueGradients> = {};
  const { value, gradients } = valueAndGradients(valueModel.parameters, () => {
    const newValues = responseValues(valueModel, batch, options);
    const { loss, metrics } = ppoValueLoss({ newValues, oldValues, returns, mask: batch.mask }, { valueClipRange });
    side.newValues = tf.keep(newValues.mul(batch.mask) as Tensor2D);
    side.metrics = tf.keep(metrics);
    side.loss = tf.keep(loss.mul(1) as Scalar);
    return loss.mul(valueCoef) as Scalar;
  });
  value.dispose();
  return { ...(side as ValueGradients), gradients };
}
