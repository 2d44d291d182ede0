import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { startEngine } from '../../src/kernels/device';
import { tokenLogprobs } from '../../src/kernels/tokenLogprobs';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

function build(isSoftware: boolean, logits: Float32Array, vocabulary: number, temperature = 0.7) {
  const rows = logits.length / vocabulary;
  return () => {
    adapterTraits.isSoftware = isSoftware;
    const x = tf.tensor2d(logits, [rows, vocabulary]);
    const tokens = tf.tensor1d(integers(rows, vocabulary, 2), 'int32');
    const [up, upEntropy] = [tf.tensor1d(normals(rows, 3)), tf.tensor1d(normals(rows, 4))];
    const both = tf.grad((z: tf.Tensor) => {
      const { logprobs, entropy } = tokenLogprobs(z as tf.Tensor2D, tokens, temperature);
      return logprobs.mul(up).add(entropy.mul(upEntropy));
    });
    return { ...tokenLogprobs(x, tokens, temperature), dlogits: both(x) };
  };
}

describe.each([
  ['a thread a row', true],
  ['a workgroup a row', false],
])('tokenLogprobs on WebGPU, %s, equals its reference', (_, isSoftware) => {
  const sums = { logprobs: LONG_SUM, entropy: LONG_SUM, dlogits: LONG_SUM };

  it.each([
    [1, 1],
    [3, 5],
    [65, 63],
    [17, 65],
    [2051, 129],
    [40, 1024],
  ])('%i rows of %i logits', async (rows, vocabulary) => {
    await expectSameOnWebGPU(build(isSoftware, normals(rows * vocabulary, 1, 2), vocabulary), sums);
  });

  it('logits of 1e4 and differences of 1e4', async () => {
    // One step of a float32 near 2e4 is 2e-3, which is what remains of the difference.
    const loose = { rtol: 1e-4, atol: 2e-3 };
    const tolerances = { logprobs: loose, entropy: loose, dlogits: loose };
    await expectSameOnWebGPU(build(isSoftware, normals(30, 1, 1e4), 10, 1), tolerances);
    await expectSameOnWebGPU(
      build(
        isSoftware,
        normals(30, 1).map((x) => x + 1e4),
        10,
        1,
      ),
      tolerances,
    );
  });

  it('NaN stays in its row', async () => {
    const logits = normals(30, 1);
    logits[14] = NaN;
    await expectSameOnWebGPU(build(isSoftware, logits, 10), sums);
  });
});
