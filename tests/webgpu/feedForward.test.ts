import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { feedForward } from '../../src/kernels/feedForward';
import { normLinear } from '../../src/kernels/normLinear';
import { normMatMul } from '../../src/kernels/normMatMul';
import { tokenEmbedding } from '../../src/kernels/tokenEmbedding';
import { ADAPTERS, restoreAdapter, takenFor } from '../support/adapters';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => {
  await startEngine('webgpu');
  restoreAdapter();
});

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
const NAMES = ['x', 'gain', 'shift', 'weight1', 'bias1', 'weight2', 'bias2'];

/** Everything a half of a block can say: values, and gradients of all its inputs. */
function halves(n: number, c: number, f: number, x = normals(n * c, 1)) {
  return () => {
    const inputs = [
      tf.tensor2d(x, [n, c]),
      tf.tensor1d(normals(c, 2)),
      tf.tensor1d(normals(c, 3)),
      tf.tensor2d(normals(c * f, 4, 0.3), [c, f]),
      tf.tensor1d(normals(f, 5)),
      tf.tensor2d(normals(f * c, 6, 0.3), [f, c]),
      tf.tensor1d(normals(c, 7)),
    ];
    const parts = (tensors: tf.Tensor[]) => ({
      x: tensors[0] as tf.Tensor2D,
      norm: { gain: tensors[1] as tf.Tensor1D, bias: tensors[2] as tf.Tensor1D },
      first: { weight: tensors[3] as tf.Tensor2D, bias: tensors[4] as tf.Tensor1D },
      second: { weight: tensors[5] as tf.Tensor2D, bias: tensors[6] as tf.Tensor1D },
    });
    const whole: Op = (...tensors) => {
      const { x, norm, first, second } = parts(tensors);
      return feedForward(x, norm, first, second, true).y;
    };
    const linear: Op = (...tensors) => {
      const { x, norm, first } = parts(tensors);
      const { y, skip } = normLinear(x, norm, first);
      return tf.concat([y, skip], 1);
    };
    const outputs: Record<string, tf.Tensor> = {};
    const note = (label: string, op: Op, own: tf.Tensor[], width: number) => {
      const { value, grads } = tf.valueAndGrads(op)(own, tf.tensor2d(normals(n * width, 8), [n, width]));
      outputs[label] = value;
      grads.forEach((gradient, i) => (outputs[`${label}: ${NAMES[i]}`] = gradient));
    };
    note('feedForward', whole, inputs, c);
    note('normLinear', linear, inputs.slice(0, 5), f + c);
    const { x: rows, norm, first } = parts(inputs);
    outputs.normMatMul = normMatMul(rows, norm, first.weight, { bias: first.bias, hasGelu: true });
    outputs.head = normMatMul(rows, norm, tf.tensor2d(normals(f * c, 9), [f, c]), { transposeB: true });
    return outputs;
  };
}

// Gradients of weights are sums over all rows of products of sums.
const tolerance = { rtol: 3e-4, atol: 3e-4 };

describe.each(ADAPTERS)('the halves of a block on WebGPU, %s, equal their references', (_, traits) => {
  it.each([
    [1, 4, 8],
    [3, 5, 7],
    [65, 33, 70],
    [1025, 16, 64],
    [68, 36, 140],
  ])('%i rows of %i channels, %i wide inside', async (n, c, f) => {
    await expectSameOnWebGPU(takenFor(traits, halves(n, c, f)), tolerance);
  });

  it('NaN stays in its row, large values stay large', async () => {
    const x = normals(5 * 8, 1);
    x[9] = NaN;
    x[17] = 1e4;
    await expectSameOnWebGPU(
      takenFor(traits, () => {
        const norm = { gain: tf.ones([8]) as tf.Tensor1D, bias: tf.zeros([8]) as tf.Tensor1D };
        const weight = tf.tensor2d(normals(8 * 12, 2), [8, 12]);
        return { y: normMatMul(tf.tensor2d(x, [5, 8]), norm, weight, { hasGelu: true }) };
      }),
      LONG_SUM,
    );
  });
});

describe.each(ADAPTERS)('a norm inside a product on WebGPU, %s', (_, traits) => {
  it.each([
    ['a large mean', (values: Float32Array) => values.map((x) => x + 100)],
    ['a first value far out', (values: Float32Array) => values.map((x, i) => (i % 32 === 0 ? 500 : x))],
    ['rows of one value', (values: Float32Array) => values.fill(3)],
  ])('keeps its digits with %s', async (_what, change) => {
    await expectSameOnWebGPU(
      takenFor(traits, () => {
        const x = tf.tensor2d(change(normals(20 * 32, 1)), [20, 32]);
        const norm = { gain: tf.ones([32]) as tf.Tensor1D, bias: tf.tensor1d(normals(32, 2)) };
        return { y: normMatMul(x, norm, tf.tensor2d(normals(32 * 36, 3), [32, 36])) };
      }),
      tolerance,
    );
  });
});

describe('tokenEmbedding on WebGPU equals its reference', () => {
  it.each([
    [1, 1, 1, 1],
    [7, 3, 5, 9],
    [300, 64, 40, 1111],
  ])('%i tokens, %i places, %i channels, %i ids', async (vocabulary, context, channels, count) => {
    await expectSameOnWebGPU(() => {
      const tokens = tf.tensor2d(normals(vocabulary * channels, 1), [vocabulary, channels]);
      const places = tf.tensor2d(normals(context * channels, 2), [context, channels]);
      const ids = tf.tensor1d(integers(count, vocabulary, 3), 'int32');
      const positions = tf.tensor1d(integers(2 * count, context, 4), 'int32');
      const own = tf.slice(positions, 0, count);
      const f: Op = (a, b) => tokenEmbedding(a as tf.Tensor2D, b as tf.Tensor2D, ids, own);
      const dy = tf.tensor2d(normals(count * channels, 5), [count, channels]);
      const { value, grads } = tf.valueAndGrads(f)([tokens, places], dy);
      const later = tokenEmbedding(tokens, places, ids, positions, count);
      return { value, dtokens: grads[0], dplaces: grads[1], later };
    }, LONG_SUM);
  });
});
