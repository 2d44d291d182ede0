import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { countDuring } from '../../src/kernels/counters';
import { startEngine } from '../../src/kernels/device';
import { ppoPolicyLoss, ppoValueLoss } from '../../src/kernels/ppoLoss';
import { LONG_SUM, type Tolerance } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));
afterEach(() => void (adapterTraits.isSoftware = true));

interface Case {
  rows: number;
  slots: number;
  scale?: number;
  surprise?: number;
  valueClipRange?: number | null;
}

/** Log-probabilities and values near their old ones, as in training; masked slots are NaN. */
function build({ rows, slots, scale = 1, surprise = 0, valueClipRange = 0.2 }: Case) {
  const n = rows * slots;
  const real = Float32Array.from(integers(n, 3, 5), (draw, i) => (i === 0 ? 1 : Math.min(draw, 1)));
  const pad = (data: Float32Array) => data.map((value, i) => (real[i] ? value : NaN));
  const near = (data: Float32Array, seed: number) => normals(n, seed, 0.3).map((shift, i) => data[i] + shift);
  const old = { logprobs: pad(normals(n, 1, scale)), values: pad(normals(n, 2, scale)) };
  const fresh = { logprobs: near(old.logprobs, 6), values: near(old.values, 7) };
  if (surprise) [fresh.logprobs[0], fresh.values[0]] = [surprise, surprise];
  const tensor = (data: Float32Array) => tf.tensor2d(data, [rows, slots]);
  return () => {
    const mask = tensor(real);
    const [newLogprobs, newValues] = [tensor(fresh.logprobs), tensor(fresh.values)];
    const policy = (x: tf.Tensor) =>
      ppoPolicyLoss(
        {
          newLogprobs: x as tf.Tensor2D,
          oldLogprobs: tensor(old.logprobs),
          advantages: tensor(pad(normals(n, 3))),
          mask,
        },
        { clipRange: 0.2 },
      );
    const value = (x: tf.Tensor) =>
      ppoValueLoss(
        {
          newValues: x as tf.Tensor2D,
          oldValues: tensor(old.values),
          returns: tensor(pad(normals(n, 4, scale))),
          mask,
        },
        { valueClipRange },
      );
    const upstream = tf.scalar(1.7);
    const [ofPolicy, ofValue] = [policy(newLogprobs), value(newValues)];
    return {
      policyLoss: ofPolicy.loss,
      policyMetrics: ofPolicy.metrics,
      valueLoss: ofValue.loss,
      valueMetrics: ofValue.metrics,
      dnewLogprobs: tf.grad((x) => policy(x).loss)(newLogprobs, upstream),
      dnewValues: tf.grad((x) => value(x).loss)(newValues, upstream),
    };
  };
}

describe.each([
  ['software', true],
  ['hardware', false],
])('ppoLoss on WebGPU, reduction for %s, equals its reference', (_, isSoftware) => {
  const both = (chosen: Case, tolerance: Tolerance = LONG_SUM) => {
    const once = build(chosen);
    return expectSameOnWebGPU(() => {
      // The cpu run resets what the engine believes about the adapter.
      if (tf.getBackend() === 'webgpu') adapterTraits.isSoftware = isSoftware;
      return once();
    }, tolerance);
  };

  it.each([
    [1, 1],
    [3, 5],
    [65, 1],
    [37, 7],
    [2049, 13],
  ])('%i rows of %i slots', (rows, slots) => both({ rows, slots }));

  it('without value clipping', () => both({ rows: 9, slots: 13, valueClipRange: null }));

  // Log-probabilities near 1e4 are exact to 5e-4, and so is their difference, on both sides alike.
  it('large values', () => both({ rows: 9, slots: 13, scale: 1e4 }, { rtol: 1e-4, atol: 1e-4 }));

  it('NaN', () => both({ rows: 9, slots: 13, surprise: NaN }));
});

describe('ppoLoss on WebGPU', () => {
  it('is one dispatch forward and one backward for each loss', async () => {
    await startEngine('webgpu');
    const once = build({ rows: 9, slots: 13 });
    const { counted } = await countDuring(() => tf.dispose(tf.tidy(once)));
    // Twice forward (once inside the gradient) and once backward, for two losses.
    expect(counted.dispatches).toBe(2 * 3);
  });
});
