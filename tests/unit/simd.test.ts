import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { emaUpdate } from '../../src/kernels/ema';
import { expectClose } from '../support/closeness';
import { SIMD_CASES, type SimdCase } from '../support/simdCases';

async function valuesOn(engine: 'cpu' | 'wasm', build: SimdCase['build']): Promise<Record<string, ArrayLike<number>>> {
  await startEngine(engine);
  const before = tf.memory().numTensors;
  const outputs = tf.tidy(build);
  const values = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.dataSync()]));
  tf.dispose(outputs);
  expect(tf.memory().numTensors, `tensors left on ${engine}`).toBe(before);
  return values;
}

describe('SIMD kernels equal their references', { timeout: 120_000 }, () => {
  it.each(SIMD_CASES.map((simdCase) => [simdCase.name, simdCase] as const))('%s', async (_, { build, tolerance }) => {
    const want = await valuesOn('cpu', build);
    const got = await valuesOn('wasm', build);
    for (const name of Object.keys(want)) expectClose(got[name], want[name], tolerance, name);
  });
});

describe('a clone on the wasm engine', () => {
  it('shares the memory of its original, as on the other engines, and outlives it', async () => {
    await startEngine('wasm');
    const original = tf.tensor1d([1, 2, 3, 4]);
    const buffers = tf.memory().numDataBuffers;
    const clone = original.clone();
    expect(tf.memory().numDataBuffers).toBe(buffers);
    emaUpdate(original, tf.tensor1d([5, 6, 7, 8]), 0);
    original.dispose();
    expect([...clone.dataSync()]).toEqual([5, 6, 7, 8]);
    clone.dispose();
  });
});
