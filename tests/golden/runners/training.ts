/** Short training runs: supervised fine-tuning, reward model, one PPO iteration. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { finishNorm, sumOfSquares } from '../../../src/kernels/adamW';
import { POLICY_METRICS, VALUE_METRICS } from '../../../src/kernels/ppoLoss';
import { rankingLoss } from '../../../src/kernels/rankingLoss';
import { copyModel, disposeModel, type Gpt, type Parameters } from '../../../src/nn/gpt';
import { disposeAll, valueAndGradients } from '../../../src/nn/gradients';
import { AdamW } from '../../../src/nn/optimizer';
import { learningRate } from '../../../src/nn/schedule';
import { computeExperience, type Experience } from '../../../src/rlhf/experience';
import { nextTokenLoss } from '../../../src/rlhf/languageModelLoss';
import {
  policyGradients,
  valueGradients,
  type PolicyMinibatch,
  type PretrainingMix,
  type ValueMinibatch,
} from '../../../src/rlhf/ppoUpdate';
import { responseLogprobs, responseScores, responseValues, type ResponseBatch } from '../../../src/rlhf/responses';
import { responseMask } from '../../../src/rlhf/truncate';
import { input, listAttr, numberAttr, optionalAttr, wordAttr, type GoldenCase } from '../cases';
import { batchOf, loadWeights, responseBatch, shiftedLabels, tensorNorms } from './models';
import { named } from './rewards';
import { tensor, tensorRunner, type Runner } from './runner';

type Outputs = Record<string, Tensor>;

/** One output per name, stacked over steps. */
function stackSteps(steps: Outputs[]): Outputs {
  const names = Object.keys(steps[0]);
  return Object.fromEntries(names.map((name) => [name, tf.stack(steps.map((step) => step[name].flatten()))]));
}

/** Entry `step` of an input that stacks one batch per step, flat. */
function atStep(golden: GoldenCase, name: string, step: number): number[] {
  const { data, shape } = input(golden, name);
  const size = data.length / shape[0];
  return data.slice(step * size, (step + 1) * size);
}

function optimizerFor(golden: GoldenCase, parameters: Parameters): AdamW {
  const [beta1, beta2] = listAttr<number>(golden, 'betas', 'number');
  return new AdamW(parameters, {
    beta1,
    beta2,
    epsilon: numberAttr(golden, 'eps'),
    weightDecay: optionalAttr(golden, 'weight_decay') ?? 0,
    // Cases that do not say otherwise use PyTorch's optimiser over all parameters alike.
    decayOn: String(golden.attrs.weight_decay_on).includes('two or more dimensions') ? 'matrices' : 'all',
    maxGradNorm: optionalAttr(golden, 'max_grad_norm') ?? 0,
  });
}

const gradNorm = (optimizer: AdamW) => optimizer.norms().slice(0, 1);

function sftRun(golden: GoldenCase) {
  const model = loadWeights(golden, 'weights');
  const optimizer = optimizerFor(golden, model.parameters);
  const totalSteps = numberAttr(golden, 'steps');
  const length = input(golden, 'input_ids').shape[2];
  const schedule = {
    kind: 'cosine',
    peak: numberAttr(golden, 'lr'),
    totalSteps,
    warmupSteps: optionalAttr(golden, 'warmup_steps') ?? 0,
    minRatio: optionalAttr(golden, 'min_ratio') ?? 0.1,
  } as const;
  const steps = Array.from({ length: totalSteps }, (_, step) => {
    const batch = batchOf(golden, atStep(golden, 'input_ids', step), atStep(golden, 'attention_mask', step), length);
    const { targets, counted } = shiftedLabels(atStep(golden, 'labels', step), length);
    const { value: loss, gradients } = valueAndGradients(model.parameters, () =>
      nextTokenLoss(model, batch, targets, counted),
    );
    optimizer.apply(gradients, learningRate(schedule, step));
    disposeAll(gradients);
    return { loss, grad_norm: gradNorm(optimizer), lr: tf.scalar(learningRate(schedule, step)) };
  });
  const outputs = {
    ...stackSteps(steps),
    param_norms: tensorNorms(model.parameters, listAttr(golden, 'param_names', 'string')),
  };
  optimizer.dispose();
  disposeModel(model);
  return outputs;
}

function rmRun(golden: GoldenCase) {
  const model = loadWeights(golden, 'weights');
  const optimizer = optimizerFor(golden, model.parameters);
  const [totalSteps, prompts, answers, length] = input(golden, 'input_ids').shape;
  const divisor = wordAttr(golden, 'normalizer', ['valid_pairs', 'k_choose_2']);
  const k = tf.fill([prompts], answers, 'int32') as Tensor1D;
  const steps = Array.from({ length: totalSteps }, (_, step) => {
    const lengths = atStep(golden, 'lengths', step);
    const answer = { ids: atStep(golden, 'input_ids', step), mask: responseMask(lengths, length), length, lengths };
    const batch = responseBatch(golden, { ids: [], mask: [], length: 0 }, answer);
    const ranks = tf.tensor2d(atStep(golden, 'ranks', step), [prompts, answers], 'int32');
    const score = () => responseScores(model, batch).reshape([prompts, answers]) as Tensor2D;
    const rewards = score();
    const { pairs, correct } = rankingLoss({ rewards, ranks, k }, { divisor, centering: 0 });
    const { value: loss, gradients } = valueAndGradients(
      model.parameters,
      () => rankingLoss({ rewards: score(), ranks, k }, { divisor, centering: 0 }).loss,
    );
    optimizer.apply(gradients, numberAttr(golden, 'lr'));
    disposeAll(gradients);
    return { loss, rewards, accuracy: correct.cast('float32').sum().div(pairs.cast('float32').sum()) };
  });
  const outputs = {
    ...stackSteps(steps),
    param_norms: tensorNorms(model.parameters, listAttr(golden, 'param_names', 'string')),
  };
  optimizer.dispose();
  disposeModel(model);
  return outputs;
}

/** The rollout of a PPO case, or some of its rows. */
function rollout(golden: GoldenCase, rows: number[]): ResponseBatch {
  const [queries, queryMask, responses, allLengths] = ['queries', 'query_mask', 'responses', 'lengths'].map((name) =>
    input(golden, name),
  );
  const take = (data: number[], width: number) => rows.flatMap((row) => data.slice(row * width, (row + 1) * width));
  const [length, slots] = [queries.shape[1], responses.shape[1]];
  const lengths = take(allLengths.data, 1);
  return responseBatch(
    golden,
    { ids: take(queries.data, length), mask: take(queryMask.data, length), length },
    { ids: take(responses.data, slots), mask: responseMask(lengths, slots), length: slots, lengths },
  );
}

const allRows = (golden: GoldenCase) => input(golden, 'lengths').data.map((_, row) => row);

function experienceOf(golden: GoldenCase, policy: Gpt, valueModel: Gpt, batch: ResponseBatch): Experience {
  const reference = loadWeights(golden, 'ref_weights');
  const experience = computeExperience(
    policy,
    reference,
    valueModel,
    batch,
    tensor<Tensor1D>(golden, 'scores'),
    tensor<Tensor1D>(golden, 'has_eos'),
    {
      klCoef: numberAttr(golden, 'kl_coef'),
      klEstimator: wordAttr(golden, 'kl_estimator', ['k1', 'k3']),
      scoreClip: optionalAttr(golden, 'score_clip'),
      missingEosPenalty: optionalAttr(golden, 'missing_eos_penalty'),
      missingEosScore: optionalAttr(golden, 'missing_eos_score'),
      scorePosition: wordAttr(golden, 'score_position', ['last_token', 'next_slot']),
      gamma: numberAttr(golden, 'gamma'),
      lambda: numberAttr(golden, 'lam'),
      temperature: numberAttr(golden, 'temperature'),
      whitenRewards: golden.attrs.whiten_rewards === true,
      whitenAdvantages: true,
      unbiasedVariance: golden.attrs.whiten_unbiased === true,
    },
  );
  disposeModel(reference);
  return experience;
}

function experienceOutputs(experience: Experience): Outputs {
  const [kl, nonScoreReward, scores, rlhfReward] = [0, 1, 2, 3].map((i) => experience.summary.slice(i, 1));
  return {
    logprobs: experience.logprobs,
    entropy: experience.entropy,
    ref_logprobs: experience.referenceLogprobs,
    values: experience.values,
    kl: experience.kl,
    rewards: experience.rewards,
    rewards_after_whitening: experience.rewardsUsed,
    advantages_raw: experience.rawAdvantages,
    returns: experience.returns,
    advantages: experience.advantages,
    objective_kl: kl,
    objective_non_score_reward: nonScoreReward,
    objective_scores: scores,
    objective_rlhf_reward: rlhfReward,
  };
}

function minibatchOf(golden: GoldenCase, experience: Experience, rows: number[]): PolicyMinibatch & ValueMinibatch {
  const index = tf.tensor1d(rows, 'int32');
  const take = (x: Tensor2D) => tf.gather(x, index);
  return {
    batch: rollout(golden, rows),
    oldLogprobs: take(experience.logprobs),
    oldValues: take(experience.values),
    advantages: take(experience.advantages),
    returns: take(experience.returns),
  };
}

/** Pretraining text of minibatch `k`, every real token but the first predicted; null where the case has none. */
function mixOf(golden: GoldenCase, k: number): PretrainingMix | null {
  const coefficient = optionalAttr(golden, 'ptx_coef') ?? 0;
  if (coefficient === 0) return null;
  const [ids, mask] = [atStep(golden, 'ptx_tokens', k), atStep(golden, 'ptx_mask', k)];
  const length = input(golden, 'ptx_tokens').shape[2];
  const labels = ids.map((id, i) => (mask[i] ? id : -100));
  return {
    coefficient: tf.scalar(coefficient),
    tokens: batchOf(golden, ids, mask, length),
    ...shiftedLabels(labels, length),
  };
}

/** Global norm of gradients that no optimiser sees. */
function globalNorm(gradients: Parameters): Tensor1D {
  const list = Object.values(gradients);
  const slots = tf.zeros([list.length]) as Tensor1D;
  const state = tf.zeros([4]) as Tensor1D;
  list.forEach((gradient, i) => sumOfSquares(gradient, slots, i));
  finishNorm(slots, state);
  return state.slice(0, 1);
}

const copies = (tensors: Outputs): Outputs =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.clone()]));

function policyStep(
  golden: GoldenCase,
  policy: Gpt,
  optimizer: AdamW,
  minibatch: PolicyMinibatch,
  mix: PretrainingMix | null,
): Outputs {
  const [clipRange, temperature] = [numberAttr(golden, 'cliprange'), numberAttr(golden, 'temperature')];
  const plain = policyGradients(policy, minibatch, clipRange, temperature, null);
  const mixed = mix ? policyGradients(policy, minibatch, clipRange, temperature, mix) : plain;
  const norms = tensorNorms(mixed.gradients, listAttr(golden, 'policy_param_names', 'string'));
  optimizer.apply(mixed.gradients, numberAttr(golden, 'policy_lr'));
  const outputs = copies({
    ...named(mixed.metrics, POLICY_METRICS),
    pg_loss: plain.total,
    ppo_grad_norm: globalNorm(plain.gradients),
    policy_grad_norm: gradNorm(optimizer),
    policy_grad_norms: norms,
    entropy_mean: mixed.entropy,
    new_logprobs: mixed.newLogprobs,
    ...(mixed.ptxLoss && { ptx_loss: mixed.ptxLoss }),
  });
  for (const made of new Set([plain, mixed])) {
    disposeAll(made.gradients);
    tf.dispose([made.total, made.metrics, made.entropy, made.newLogprobs, made.ptxLoss ?? []]);
  }
  return outputs;
}

function valueStep(golden: GoldenCase, valueModel: Gpt, optimizer: AdamW, minibatch: ValueMinibatch): Outputs {
  const made = valueGradients(
    valueModel,
    minibatch,
    optionalAttr(golden, 'cliprange_value'),
    numberAttr(golden, 'vf_coef'),
  );
  const norms = tensorNorms(made.gradients, listAttr(golden, 'value_param_names', 'string'));
  optimizer.apply(made.gradients, numberAttr(golden, 'value_lr'));
  const outputs = copies({
    ...named(made.metrics, VALUE_METRICS),
    vf_loss: made.loss,
    value_grad_norm: gradNorm(optimizer),
    value_grad_norms: norms,
    new_values: made.newValues,
  });
  disposeAll(made.gradients);
  tf.dispose([made.metrics, made.loss, made.newValues]);
  return outputs;
}

/** How far each parameter moved. */
function deltaNorms(before: Gpt, after: Gpt, names: string[]): Tensor1D {
  return tensorNorms(
    Object.fromEntries(names.map((name) => [name, after.parameters[name].sub(before.parameters[name])])),
    names,
  );
}

function ppoUpdate(golden: GoldenCase) {
  const [policy, valueModel] = [loadWeights(golden, 'policy_weights'), loadWeights(golden, 'value_weights')];
  const [policyBefore, valueBefore] = [copyModel(policy), copyModel(valueModel)];
  const optimizers = [optimizerFor(golden, policy.parameters), optimizerFor(golden, valueModel.parameters)];
  const batch = rollout(golden, allRows(golden));
  const experience = experienceOf(golden, policy, valueModel, batch);
  const steps = Array.from({ length: input(golden, 'minibatches').shape[0] }, (_, k) => {
    const minibatch = minibatchOf(golden, experience, atStep(golden, 'minibatches', k));
    const policyOutputs = policyStep(golden, policy, optimizers[0], minibatch, mixOf(golden, k));
    const valueOutputs = valueStep(golden, valueModel, optimizers[1], minibatch);
    const loss = policyOutputs.pg_loss.add(valueOutputs.vf_loss.mul(numberAttr(golden, 'vf_coef')));
    return { ...policyOutputs, ...valueOutputs, loss };
  });
  const outputs = {
    ...experienceOutputs(experience),
    ...Object.fromEntries(Object.entries(stackSteps(steps)).map(([name, stacked]) => [`mb_${name}`, stacked])),
    post_logprobs: responseLogprobs(policy, batch, numberAttr(golden, 'temperature')).logprobs.mul(batch.mask),
    post_values: responseValues(valueModel, batch).mul(batch.mask),
    policy_delta_norms: deltaNorms(policyBefore, policy, listAttr(golden, 'policy_param_names', 'string')),
    value_delta_norms: deltaNorms(valueBefore, valueModel, listAttr(golden, 'value_param_names', 'string')),
  };
  optimizers.forEach((optimizer) => optimizer.dispose());
  [policy, valueModel, policyBefore, valueBefore].forEach(disposeModel);
  return outputs;
}

export const trainingRunners: Record<string, Runner> = {
  sft_run: tensorRunner(sftRun),
  rm_run: tensorRunner(rmRun),
  ppo_update: tensorRunner(ppoUpdate),
};
