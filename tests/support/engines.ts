import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { countDuring } from '../../src/kernels/counters';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { expectClose, SINGLE, type Tolerance } from './closeness';

type Outputs = Record<string, tf.Tensor>;

/** Values of every output of `build`, in the order of its keys; also checks that no tensor is left behind. */
async function run(build: () => Outputs): Promise<Record<string, ArrayLike<number>>> {
  const before = tf.memory().numTensors;
  const outputs = tf.tidy(() => build());
  const values: Record<string, ArrayLike<number>> = {};
  for (const [name, tensor] of Object.entries(outputs)) values[name] = await readValues(tensor);
  tf.dispose(outputs);
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  return values;
}

/** Fills the buffers an op is about to recycle with NaN, so that an element it forgets to write cannot pass unseen. */
function poisonBuffers(shapes: number[][]): void {
  const garbage = shapes.map((shape) => tf.fill(shape, NaN));
  for (const tensor of garbage) tensor.add(0).dispose();
  tf.dispose(garbage);
}

/**
 * Runs the same tensor code on the cpu reference and on WebGPU and compares every output. `build` makes its inputs
 * itself (from typed arrays) and returns outputs and gradients by name.
 */
export async function expectSameOnWebGPU(
  build: () => Outputs,
  tolerance: Tolerance | Record<string, Tolerance> = SINGLE,
): Promise<void> {
  await startEngine('cpu');
  const want = await run(build);
  await tf.setBackend('webgpu');
  const shapes = tf.tidy(() => Object.values(build()).map((tensor) => tensor.shape));
  poisonBuffers(shapes);
  const { result: got, counted } = await countDuring(() => run(build));
  expect(tf.getBackend()).toBe('webgpu');
  expect(counted.dispatches, 'dispatches').toBeGreaterThan(0);
  for (const name of Object.keys(want)) {
    const chosen =
      'rtol' in tolerance ? (tolerance as Tolerance) : ((tolerance as Record<string, Tolerance>)[name] ?? SINGLE);
    expectClose(got[name], want[name], chosen, name);
  }
}
