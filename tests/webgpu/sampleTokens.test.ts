import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { startEngine } from '../../src/kernels/device';
import { randomUniform } from '../../src/kernels/randomUniform';
import { filterProbabilities, sampleStep, type FilterOptions } from '../../src/kernels/sampleTokens';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

const tolerances = { probs: LONG_SUM, lmhp: LONG_SUM };

function build(isSoftware: boolean, logits: Float32Array, vocabulary: number, filter: FilterOptions) {
  const rows = logits.length / vocabulary;
  const steps = 3;
  return () => {
    adapterTraits.isSoftware = isSoftware;
    const x = tf.tensor2d(logits, [rows, vocabulary]);
    const tokens = tf.fill([rows, steps], 7, 'int32') as tf.Tensor2D;
    const done = tf.tensor1d(Float32Array.from({ length: rows }, (_, i) => (i % 5 === 4 ? 1 : 0)));
    const mask = tf.fill([rows, 6], 0.5) as tf.Tensor2D;
    const uniforms = randomUniform([steps, rows], { seed: 3, stream: 1 }) as tf.Tensor2D;
    const options = { ...filter, eos: 2, pad: 1 };
    const first = sampleStep(x, uniforms, 0, { tokens, done, mask }, { ...options, slot: 3 });
    const second = sampleStep(x, uniforms, 1, { tokens, done, mask }, { ...options, slot: 4 });
    const { probs, kept } = filterProbabilities(x, filter);
    const { probs: lmhp, kept: lmhpKept } = filterProbabilities(x, { ...filter, rule: 'lmhp' });
    return { probs, kept, lmhp, lmhpKept, first, second, tokens, done, mask };
  };
}

describe.each([
  ['a thread a row', true],
  ['a workgroup a row', false],
])('sampling on WebGPU, %s, equals its reference', (_, isSoftware) => {
  it.each([
    [1, 1, { temperature: 1 }],
    [3, 5, { temperature: 0.7, topK: 2 }],
    [17, 63, { temperature: 1, topP: 0.8 }],
    [65, 65, { temperature: 1.3, topK: 20, topP: 0.9 }],
    [40, 1024, { temperature: 1 }],
    [40, 1024, { temperature: 0.9, topK: 50, topP: 0.95 }],
    [9, 130, { temperature: 0 }],
    [9, 130, { temperature: 1, topP: 0 }],
    [131, 33, { temperature: 1, topP: 0.5 }],
  ])('%i rows of %i logits, %j', async (rows, vocabulary, filter) => {
    await expectSameOnWebGPU(build(isSoftware, normals(rows * vocabulary, 1, 2), vocabulary, filter), tolerances);
  });

  it('equal logits', async () => {
    const logits = Float32Array.from({ length: 4 * 9 }, (_, i) => [1, 3, 2][i % 3]);
    await expectSameOnWebGPU(build(isSoftware, logits, 9, { temperature: 0 }), tolerances);
    await expectSameOnWebGPU(build(isSoftware, logits, 9, { temperature: 1, topK: 2, topP: 0.9 }), tolerances);
  });

  it('logits of 1e4', async () => {
    await expectSameOnWebGPU(build(isSoftware, normals(40, 1, 1e4), 10, { temperature: 1, topP: 0.9 }), tolerances);
  });

  it('NaN stays in its row', async () => {
    const logits = normals(40, 1);
    logits[14] = NaN;
    await expectSameOnWebGPU(build(isSoftware, logits, 10, { temperature: 1 }), tolerances);
  });
});

describe('sampling on WebGPU', () => {
  // Barriers make the other way take twenty seconds on a software adapter.
  it('thousands of rows, a thread a row', async () => {
    await expectSameOnWebGPU(build(true, normals(2051 * 33, 1, 2), 33, { temperature: 1, topP: 0.5 }), tolerances);
  });
});
