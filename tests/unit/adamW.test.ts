import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  adamWReference,
  adamWStep,
  finishNorm,
  finishNormReference,
  scaleByNormReference,
  sumOfSquares,
  sumOfSquaresReference,
  type AdamWOptions,
} from '../../src/kernels/adamW';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { expectClose } from '../support/closeness';
import { normals } from '../support/numbers';

const OPTIONS: AdamWOptions = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  eps: 0,
  weightDecay: 0,
  maxGradNorm: 0,
  step: 1,
  form: 'torch',
};
const calm = () => new Float64Array(4);

describe('adamW reference', () => {
  it('moves by the learning rate against the sign of the gradient in the first step', () => {
    const param = Float64Array.of(1, 1, 1);
    adamWReference(param, Float64Array.of(5, -0.01, 0.3), new Float64Array(3), new Float64Array(3), calm(), OPTIONS);
    expectClose(param, [0.9, 1.1, 0.9]);
  });

  it('takes a second step by hand', () => {
    const [param, m, v] = [Float64Array.of(1), new Float64Array(1), new Float64Array(1)];
    adamWReference(param, Float64Array.of(2), m, v, calm(), OPTIONS);
    adamWReference(param, Float64Array.of(-1), m, v, calm(), { ...OPTIONS, step: 2 });
    // m = 0.9·0.2 − 0.1, v = 0.99·0.04 + 0.01; corrected by 0.19 and 0.0199.
    expectClose([m[0], v[0]], [0.08, 0.0496]);
    expectClose(param, [0.9 - (0.1 * (0.08 / 0.19)) / Math.sqrt(0.0496 / 0.0199)]);
  });

  it('decays before the step, apart from the gradient', () => {
    const param = Float64Array.of(2);
    const options = { ...OPTIONS, weightDecay: 0.5, eps: 1e-8 };
    adamWReference(param, Float64Array.of(0), new Float64Array(1), new Float64Array(1), calm(), options);
    expectClose(param, [2 * (1 - 0.1 * 0.5)]);
  });

  it('weighs epsilon by the bias correction in the TensorFlow form', () => {
    const param = Float64Array.of(0);
    const options: AdamWOptions = { ...OPTIONS, eps: 1e-3, form: 'tensorflow' };
    adamWReference(param, Float64Array.of(1), new Float64Array(1), new Float64Array(1), calm(), options);
    expectClose(param, [(-0.1 * (0.1 / 0.1) * 0.1) / (0.1 + 1e-3)]);
  });

  it('scales gradients above the norm and leaves those below', () => {
    const [long, short] = [new Float64Array(2), new Float64Array(2)];
    scaleByNormReference(Float64Array.of(3, 4), Float64Array.of(5, 0, 0, 0), long, 1);
    scaleByNormReference(Float64Array.of(3, 4), Float64Array.of(5, 0, 0, 0), short, 6);
    expectClose(long, [0.6, 0.8]);
    expectClose(short, [3, 4]);
  });

  it('takes the norm over all gradients and counts the step', () => {
    const slots = new Float64Array(2);
    sumOfSquaresReference(Float64Array.of(1, 2), slots, 0);
    sumOfSquaresReference(Float64Array.of(2, 4), slots, 1);
    const state = Float64Array.of(0, 0, 6, 0);
    finishNormReference(slots, state);
    expect([...state]).toEqual([5, 0, 7, 0]);
  });

  it.each([NaN, Infinity, -Infinity])('raises the flag for %s and keeps it up', (bad) => {
    const slots = new Float64Array(1);
    const state = Float64Array.of(0, 0, 3, 0);
    sumOfSquaresReference(Float64Array.of(1, bad), slots, 0);
    finishNormReference(slots, state);
    expect([state[1], state[2]]).toEqual([1, 3]);
    sumOfSquaresReference(Float64Array.of(3, 4), slots, 0);
    finishNormReference(slots, state);
    expect([...state]).toEqual([5, 1, 3, 0]);
  });

  it.each([NaN, Infinity, -Infinity])('raises the flag for a watched %s and leaves the norm alone', (bad) => {
    const state = Float64Array.of(0, 0, 3, 0);
    finishNormReference(Float64Array.of(9, 16), state, Float64Array.of(2));
    expect([...state]).toEqual([5, 0, 4, 0]);
    finishNormReference(Float64Array.of(9, 16), state, Float64Array.of(2, bad));
    expect([...state]).toEqual([5, 1, 4, 0]);
  });

  it('writes nothing while the flag is up', () => {
    const [param, m, v] = [Float64Array.of(1), Float64Array.of(2), Float64Array.of(3)];
    adamWReference(param, Float64Array.of(9), m, v, Float64Array.of(1, 1, 0, 0), { ...OPTIONS, weightDecay: 1 });
    expect([param[0], m[0], v[0]]).toEqual([1, 2, 3]);
  });
});

describe.each(['cpu', 'wasm'] as const)('adamW on %s', (engine) => {
  it('updates the tensors it is given, through a view as well, and leaves none behind', async () => {
    await startEngine(engine);
    const [param, m, v] = [tf.tensor2d(normals(6), [2, 3]), tf.zeros([2, 3]), tf.zeros([2, 3])];
    const grad = tf.tensor2d(normals(6, 2), [2, 3]);
    const [slots, state] = [tf.zeros<tf.Rank.R1>([1]), tf.zeros<tf.Rank.R1>([4])];
    const before = tf.memory().numTensors;
    for (let step = 1; step <= 3; step++) {
      sumOfSquares(grad, slots, 0);
      finishNorm(slots, state);
      adamWStep(param, grad, m, v, state, { ...OPTIONS, maxGradNorm: 0.5, step });
    }
    expect(tf.memory().numTensors).toBe(before);
    const want = normals(6);
    const [wantM, wantV] = [new Float32Array(6), new Float32Array(6)];
    const norm = Math.hypot(...normals(6, 2));
    const wantState = Float32Array.of(norm, 0, 0, 0);
    for (let step = 1; step <= 3; step++) {
      adamWReference(want, normals(6, 2), wantM, wantV, wantState, { ...OPTIONS, maxGradNorm: 0.5, step });
    }
    expectClose(await readValues(param), want);
    expectClose(await readValues(state), [norm, 0, 3, 0]);
    tf.dispose([param, m, v, grad, slots, state]);
  });

  it('refuses shapes and steps that cannot be meant', async () => {
    await startEngine(engine);
    const [four, state] = [tf.zeros([4]), tf.zeros<tf.Rank.R1>([4])];
    expect(() => adamWStep(four, tf.zeros([5]), four, four, state, OPTIONS)).toThrow(/grad has shape \[5\]/);
    expect(() => adamWStep(four, four, four, four, state, { ...OPTIONS, step: 0 })).toThrow(/step is 0/);
    expect(() => sumOfSquares(four, tf.zeros([2]), 2)).toThrow(/index 2/);
  });
});
