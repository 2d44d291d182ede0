import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine, type Engine } from '../../src/kernels/device';
import { gelu } from '../../src/kernels/gelu';
import { layerNorm } from '../../src/kernels/layerNorm';
import { matMul } from '../../src/kernels/matMul';
import { normMatMul } from '../../src/kernels/normMatMul';
import { expectClose, LONG_SUM } from '../support/closeness';
import { normals } from '../support/numbers';

describe.each(['cpu', 'wasm'] as Engine[])('normMatMul on %s is its parts one after the other', (engine) => {
  it.each([
    [1, 4, 8, false, true],
    [5, 7, 9, true, false],
    [17, 12, 33, false, false],
  ])('%i rows, %i channels to %i, transposed %s, GELU %s', async (rows, channels, width, transposeB, hasGelu) => {
    await startEngine(engine);
    const x = tf.tensor2d(normals(rows * channels, 1), [rows, channels]);
    const norm = { gain: tf.tensor1d(normals(channels, 2)), bias: tf.tensor1d(normals(channels, 3)) };
    const shape: [number, number] = transposeB ? [width, channels] : [channels, width];
    const weight = tf.tensor2d(normals(channels * width, 4), shape);
    const bias = tf.tensor1d(normals(width, 5));
    const parts = matMul(layerNorm(x, norm.gain, norm.bias), weight, { transposeB, bias });
    const want = await readValues(hasGelu ? gelu(parts) : parts);
    expectClose(await readValues(normMatMul(x, norm, weight, { transposeB, bias, hasGelu })), want, LONG_SUM);
  });
});
