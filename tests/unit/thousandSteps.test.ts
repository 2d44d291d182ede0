/** The bench's first workload for a thousand captured steps: nothing on the device grows. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config';
import { stream } from '../../src/data/random';
import { engineBytes } from '../../src/kernels/device';
import type { DeviceMemory } from '../../src/kernels/deviceMemory';
import { disposeModel } from '../../src/nn/gpt';
import { initialiseGpt } from '../../src/nn/initialise';
import { pretrain } from '../../src/pipeline/pretrain';
import { startIdleGpu } from '../support/idleGpu';

const SHAPE = { vocabulary: 256, width: 64, layers: 2, heads: 4, context: 64 };
const STEPS = 1000;
const ROWS = 16;

it('a thousand steps hold as much as a hundred', { timeout: 300_000 }, async () => {
  await startIdleGpu();
  const before = tf.memory().numTensors;
  const random = stream(1, 'thousand steps');
  const model = initialiseGpt(SHAPE, () => random.gaussian());
  const config = resolveConfig({
    version: 1,
    preset: 'nano',
    recipe: 'proven',
    overrides: { 'pretrain.tokens': STEPS * ROWS * SHAPE.context, 'pretrain.batchSize': ROWS },
  });
  const text = Int32Array.from({ length: 5000 }, (_, i) => (i * i) % 97);
  const { bufferManager } = tf.backend() as unknown as { bufferManager: DeviceMemory };
  const seen: number[][] = [];
  let step = 0;
  for await (const report of pretrain(model, { train: text, validation: text }, config)) {
    step = report.step;
    // Every hundredth ends with held-out windows, whose buffers wait a few steps for their next use.
    if (step % 100 !== 50) continue;
    seen.push([tf.memory().numTensors, engineBytes(), bufferManager.numBytesAllocated]);
  }
  expect(step).toBe(STEPS);
  expect(seen).toHaveLength(10);
  for (const look of seen.slice(2)) expect(look).toEqual(seen[1]);
  disposeModel(model);
  expect([tf.memory().numTensors, engineBytes()]).toEqual([before, 0]);
});
