import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { emaReference, emaUpdate } from '../../src/kernels/ema';
import { expectClose } from '../support/closeness';

describe('ema', () => {
  it('averages by hand', () => {
    const average = Float64Array.of(1, -2);
    emaReference(average, Float64Array.of(3, 2), 0.75);
    expectClose(average, [1.5, -1]);
  });

  it.each(['cpu', 'wasm'] as const)('writes into the tensor it is given on %s', async (engine) => {
    await startEngine(engine);
    const [average, value] = [tf.tensor2d([[1], [2]]), tf.tensor2d([[0], [4]])];
    const before = tf.memory().numTensors;
    emaUpdate(average, value, 0.5);
    expect(tf.memory().numTensors).toBe(before);
    expectClose(await readValues(average), [0.5, 3]);
    expect(() => emaUpdate(average, tf.zeros([2]), 0.5)).toThrow(/value has shape \[2\]/);
    expect(() => emaUpdate(average, value, 1.5)).toThrow(/decay is 1.5/);
  });
});
