import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import {
  POLICY_METRICS,
  ppoPolicyLoss,
  ppoPolicyLossGradReference,
  ppoPolicyLossReference,
  ppoValueLoss,
  ppoValueLossGradReference,
  ppoValueLossReference,
  VALUE_METRICS,
} from '../../src/kernels/ppoLoss';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

const MASK = Float64Array.of(1, 1, 1, 0, 1, 0, 1, 1);
const named = (names: readonly string[], values: Float64Array) =>
  Object.fromEntries(names.map((name, i) => [name, values[i]]));

describe('ppoPolicyLoss reference', () => {
  const run = (inputs: Float64Array[], clipRange: number) => {
    const [loss, metrics] = [new Float64Array(1), new Float64Array(POLICY_METRICS.length)];
    ppoPolicyLossReference(inputs, loss, metrics, { clipRange });
    return { loss, metrics };
  };

  it('clips gains, not losses, by hand', () => {
    // Ratios 2, 2, 1/2; advantages 1 (clipped to 1.2), −1 (not clipped), 1 (not clipped); the fourth slot is padding.
    const newLogprobs = Float64Array.of(Math.log(2), Math.log(2), -Math.log(2), NaN);
    const inputs = [newLogprobs, new Float64Array(4), Float64Array.of(1, -1, 1, NaN), Float64Array.of(1, 1, 1, 0)];
    const { loss, metrics } = run(inputs, 0.2);
    expectClose(loss, [(-1.2 + 2 - 0.5) / 3]);
    const got = named(POLICY_METRICS, metrics);
    expect(got.pg_clipfrac).toBeCloseTo(1 / 3);
    expect(got.ratio_mean).toBeCloseTo(1.5);
    expect(got.ratio_all_slots).toBeCloseTo(5.5 / 4);
    expect(got.approxkl_k1).toBeCloseTo(-Math.log(2) / 3);
    expect(got.approxkl_k2).toBeCloseTo(0.5 * Math.log(2) ** 2);
    expect(got.approxkl_k3).toBeCloseTo(0.5 - Math.log(2) / 3);
    expect(got.approxkl_all_slots).toBeCloseTo((1.5 * Math.log(2) ** 2) / 4);
    expect(got.tokens).toBe(3);
  });

  it('at ratio 1 is minus the mean advantage', () => {
    const same = Float64Array.of(-1, -2);
    const { loss, metrics } = run([same, same, Float64Array.of(3, 1), Float64Array.of(1, 1)], 0.2);
    expectClose(loss, [-2]);
    expect([...metrics]).toEqual([-2, 0, 0, 0, 0, 1, 0, 1, 2]);
  });

  it('has the gradient of central differences', () => {
    const [newLogprobs, oldLogprobs, advantages] = [1, 2, 3].map((seed) => Float64Array.from(normals(8, seed, 0.5)));
    const inputs = [newLogprobs, oldLogprobs, advantages, MASK];
    const { metrics } = run(inputs, 0.2);
    expect(named(POLICY_METRICS, metrics).pg_clipfrac).toBeGreaterThan(0);
    const gradient = new Float64Array(8);
    ppoPolicyLossGradReference(Float64Array.of(1.7), inputs, metrics, gradient, { clipRange: 0.2 });
    checkGradient('dnewLogprobs', newLogprobs, () => run(inputs, 0.2).loss, Float64Array.of(1.7), gradient);
  });
});

describe('ppoValueLoss reference', () => {
  const run = (inputs: Float64Array[], valueClipRange: number | null) => {
    const [loss, metrics] = [new Float64Array(1), new Float64Array(VALUE_METRICS.length)];
    ppoValueLossReference(inputs, loss, metrics, { valueClipRange });
    return { loss, metrics };
  };
  // The first value ran ahead of its clip towards the return, the second away from it; the third is padding.
  const HAND = [
    Float64Array.of(2, -1, NaN),
    Float64Array.of(0, 0, NaN),
    Float64Array.of(3, 1, NaN),
    Float64Array.of(1, 1, 0),
  ];

  it('takes the worse of the clipped and unclipped error, by hand', () => {
    const { loss, metrics } = run(HAND, 0.5);
    expectClose(loss, [0.5 * ((2.5 ** 2 + 4) / 2)]);
    expectClose(metrics, [2.5625, 0.5, 2.5, 2, 1, -1.5, 2]);
  });

  it('is half the mean squared error without clipping', () => {
    const { loss, metrics } = run(HAND, null);
    expectClose(loss, [1.25]);
    expectClose(metrics, [1.25, 0, 2.5, 2, 1, -1.5, 2]);
  });

  it('explains nothing where returns do not vary', () => {
    const ones = Float64Array.of(1, 1);
    expect(named(VALUE_METRICS, run([new Float64Array(2), ones, ones, ones], 0.2).metrics).var_explained).toBe(0);
  });

  it.each([0.2, null])('has the gradient of central differences, clip range %s', (valueClipRange) => {
    const [newValues, oldValues, returns] = [1, 2, 3].map((seed) => Float64Array.from(normals(8, seed)));
    const inputs = [newValues, oldValues, returns, MASK];
    const { metrics } = run(inputs, valueClipRange);
    if (valueClipRange) expect(named(VALUE_METRICS, metrics).vf_clipfrac).toBeGreaterThan(0);
    const gradient = new Float64Array(8);
    ppoValueLossGradReference(Float64Array.of(1.7), inputs, metrics, gradient, { valueClipRange });
    checkGradient('dnewValues', newValues, () => run(inputs, valueClipRange).loss, Float64Array.of(1.7), gradient);
  });
});

describe('ppoLoss', () => {
  it('refuses what cannot be meant', async () => {
    await startEngine('cpu');
    const x = tf.zeros<tf.Rank.R2>([2, 3]);
    const policy = { newLogprobs: x, oldLogprobs: x, advantages: x, mask: x };
    const value = { newValues: x, oldValues: x, returns: x, mask: x };
    expect(() => ppoPolicyLoss({ ...policy, advantages: tf.zeros([3, 2]) }, { clipRange: 0.2 })).toThrow(
      /advantages has shape/,
    );
    expect(() => ppoPolicyLoss({ ...policy, mask: tf.zeros([2, 3], 'int32') }, { clipRange: 0.2 })).toThrow(
      /mask is int32/,
    );
    expect(() => ppoPolicyLoss(policy, { clipRange: 0 })).toThrow(/clipRange is 0/);
    expect(() => ppoValueLoss(value, { valueClipRange: -1 })).toThrow(/valueClipRange is -1/);
  });
});
