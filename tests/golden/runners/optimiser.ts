/** Optimiser, clipping, weight averaging. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { adamWStep, finishNorm, scaleByNorm, sumOfSquares } from '../../../src/kernels/adamW';
import { emaUpdate } from '../../../src/kernels/ema';
import { AdamW } from '../../../src/nn/optimizer';
import { listAttr, numberAttr, optionalAttr, type GoldenCase } from '../cases';
import { readAll, tensor, tensorRunner, type Runner } from './runner';

/** Copy of a tensor that is updated in place; a clone would share its buffer. */
const snapshot = (x: Tensor) => tf.mul(x, 1);

/** Entry `step` of an input that stacks one tensor per step. */
const atStep = (stacked: Tensor, step: number) => tf.gather(stacked, tf.tensor1d([step], 'int32'), 0).squeeze([0]);

/** Moments and norms outlive a tidy, so everything is kept and disposed here. */
async function adamW(golden: GoldenCase) {
  const parameters = { w: tensor(golden, 'w0'), b: tensor(golden, 'b0') };
  const gradients = { w: tensor(golden, 'dw'), b: tensor(golden, 'db') };
  const [beta1, beta2] = listAttr<number>(golden, 'betas', 'number');
  const optimizer = new AdamW(parameters, {
    beta1,
    beta2,
    epsilon: numberAttr(golden, 'eps'),
    weightDecay: numberAttr(golden, 'weight_decay'),
    maxGradNorm: optionalAttr(golden, 'max_grad_norm') ?? 0,
  });
  const outputs = tf.tidy(() => {
    const steps = listAttr<number>(golden, 'lr', 'number').map((rate, step) => {
      optimizer.apply({ w: atStep(gradients.w, step), b: atStep(gradients.b, step) }, rate);
      return { w: snapshot(parameters.w), b: snapshot(parameters.b), norm: optimizer.norms().slice(0, 1) };
    });
    return {
      w: tf.stack(steps.map(({ w }) => w)),
      b: tf.stack(steps.map(({ b }) => b)),
      grad_norm: tf.concat(steps.map(({ norm }) => norm)),
      w_exp_avg: snapshot(optimizer.state.firstMoments.w),
      w_exp_avg_sq: snapshot(optimizer.state.secondMoments.w),
    };
  });
  optimizer.dispose();
  tf.dispose([parameters, gradients]);
  return readAll(outputs);
}

function adamTensorFlow(golden: GoldenCase) {
  const w = tensor(golden, 'w0');
  const gradients = tensor(golden, 'dw');
  const [m, v] = [tf.zeros(w.shape), tf.zeros(w.shape)];
  const state = tf.zeros([4]) as Tensor1D;
  const [beta1, beta2] = listAttr<number>(golden, 'betas', 'number');
  const fixed = {
    beta1,
    beta2,
    eps: numberAttr(golden, 'eps'),
    weightDecay: 0,
    maxGradNorm: 0,
    form: 'tensorflow',
  } as const;
  const steps = listAttr<number>(golden, 'lr', 'number').map((learningRate, step) => {
    adamWStep(w, atStep(gradients, step), m, v, state, { ...fixed, learningRate, step: step + 1 });
    return snapshot(w);
  });
  return { w: tf.stack(steps) };
}

function clipGradNorm(golden: GoldenCase) {
  const names = Object.keys(golden.inputs);
  const gradients = names.map((name) => tensor(golden, name));
  const slots = tf.zeros([names.length]) as Tensor1D;
  const state = tf.zeros([4]) as Tensor1D;
  gradients.forEach((gradient, i) => sumOfSquares(gradient, slots, i));
  finishNorm(slots, state);
  const clipped = gradients.map((gradient) => scaleByNorm(gradient, state, numberAttr(golden, 'max_grad_norm')));
  return { norm: state.slice(0, 1), ...Object.fromEntries(names.map((name, i) => [`${name}_clipped`, clipped[i]])) };
}

function movingAverage(golden: GoldenCase) {
  const weights = tensor(golden, 'weights');
  const average = atStep(weights, 0);
  const steps = Array.from({ length: weights.shape[0] - 1 }, (_, i) => {
    emaUpdate(average, atStep(weights, i + 1), numberAttr(golden, 'decay'));
    return snapshot(average);
  });
  return { ema: tf.stack(steps) };
}

export const optimiserRunners: Record<string, Runner> = {
  adamw: { kind: 'tensor', run: adamW },
  adam_tf: tensorRunner(adamTensorFlow),
  clip_grad_norm: tensorRunner(clipGradNorm),
  ema: tensorRunner(movingAverage),
};
