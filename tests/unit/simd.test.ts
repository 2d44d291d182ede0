import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { causalAttention } from '../../src/kernels/causalAttention';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { gelu } from '../../src/kernels/gelu';
import { matMul } from '../../src/kernels/matMul';
import { tokenLogprobs } from '../../src/kernels/tokenLogprobs';
import { expectClose, LONG_SUM, type Tolerance } from '../support/closeness';
import { integers, normals } from '../support/numbers';

/** Runs the same tensor code on the reference and on the SIMD kernels of the wasm engine. */
async function expectSameOnWasm(build: () => Record<string, tf.Tensor>, tolerance: Tolerance): Promise<void> {
  const values: Record<string, ArrayLike<number>>[] = [];
  for (const engine of ['cpu', 'wasm'] as const) {
    await startEngine(engine);
    const outputs = tf.tidy(build);
    values.push(
      Object.fromEntries(
        await Promise.all(
          Object.entries(outputs).map(async ([name, tensor]) => [name, await readValues(tensor)] as const),
        ),
      ),
    );
    tf.dispose(outputs);
  }
  for (const name of Object.keys(values[0])) expectClose(values[1][name], values[0][name], tolerance, name);
}

beforeAll(async () => void (await startEngine('wasm')));

describe('SIMD kernels equal their references', () => {
  it.each([4, 100, 4096])('gelu and its gradient, %i values', async (n) => {
    const x = normals(n, 1, 5);
    x.set([1e4, -1e4, 0]);
    await expectSameOnWasm(
      () => {
        const input = tf.tensor1d(x);
        return { y: gelu(input), dx: tf.grad(gelu)(input, tf.tensor1d(normals(n, 2))) };
      },
      { rtol: 1e-5, atol: 1e-6 },
    );
  });

  it.each([
    [1, 4, 1],
    [5, 40, 0.7],
    [33, 1024, 1],
  ])('log-probabilities, %i rows of %i at temperature %f', async (rows, vocabulary, temperature) => {
    const values = normals(rows * vocabulary, 1, 4);
    values[1] = 300; // far above the rest: everything else has no share
    await expectSameOnWasm(
      () => {
        const logits = tf.tensor2d(values, [rows, vocabulary]);
        const tokens = tf.tensor1d(integers(rows, vocabulary), 'int32');
        const scalar = (x: tf.Tensor) => {
          const { logprobs, entropy } = tokenLogprobs(x as tf.Tensor2D, tokens, temperature);
          return logprobs
            .mul(tf.tensor1d(normals(rows, 3)))
            .add(entropy.mul(tf.tensor1d(normals(rows, 4))))
            .sum();
        };
        return { ...tokenLogprobs(logits, tokens, temperature), dlogits: tf.grad(scalar)(logits) };
      },
      { rtol: 1e-4, atol: 1e-5 },
    ); // a sum over 1024 shares, exponentials good to 1e-7
  });

  it.each([
    [1, 1, 4, 1],
    [2, 9, 16, 2],
    [3, 33, 64, 4],
  ])('attention with padding, [%i, %i] of %i channels in %i heads', async (batch, length, width, heads) => {
    const mask = Float32Array.from({ length: batch * length }, (_, i) =>
      i % length < Math.floor(i / length) || i % 7 === 6 ? 0 : 1,
    );
    await expectSameOnWasm(() => {
      const qkv = tf.tensor3d(normals(batch * length * 3 * width, 1), [batch, length, 3 * width]);
      const keys = tf.tensor2d(mask, [batch, length]);
      const dout = tf.tensor3d(normals(batch * length * width, 2), [batch, length, width]);
      return {
        out: causalAttention(qkv, keys, heads),
        dqkv: tf.grad((x: tf.Tensor) => causalAttention(x as tf.Tensor3D, keys, heads))(qkv, dout),
      };
    }, LONG_SUM);
  });

  it('a product with a transposed left side of odd sizes', async () => {
    await expectSameOnWasm(
      () => ({
        c: matMul(tf.tensor2d(normals(37 * 21, 1), [37, 21]), tf.tensor2d(normals(37 * 13, 2), [37, 13]), {
          transposeA: true,
        }),
      }),
      LONG_SUM,
    );
  });
});
