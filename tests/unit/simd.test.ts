import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
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

describe('SIMD kernels equal their references', () => {
  it.each(SIMD_CASES.map((simdCase) => [simdCase.name, simdCase] as const))('%s', async (_, { build, tolerance }) => {
    const want = await valuesOn('cpu', build);
    const got = await valuesOn('wasm', build);
    for (const name of Object.keys(want)) expectClose(got[name], want[name], tolerance, name);
  });
});
