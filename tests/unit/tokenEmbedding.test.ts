import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { tokenEmbedding } from '../../src/kernels/tokenEmbedding';

beforeAll(async () => void (await startEngine('cpu')));

const tokens = () => tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
const places = () => tf.tensor2d([10, 20, 30, 40], [2, 2]);
const ids = (...values: number[]) => tf.tensor1d(values, 'int32');

describe('tokenEmbedding', () => {
  it('adds token and position vectors, by hand', async () => {
    const y = tokenEmbedding(tokens(), places(), ids(2, 0), ids(1, 0));
    expect([...(await y.data())]).toEqual([35, 46, 11, 22]);
  });

  it('takes positions from where it is told', async () => {
    const y = tokenEmbedding(tokens(), places(), ids(0, 0), ids(0, 0, 1, 1), 2);
    expect([...(await y.data())]).toEqual([31, 42, 31, 42]);
  });

  it('sums gradients by token and by position', async () => {
    const f = (a: tf.Tensor, b: tf.Tensor) => tokenEmbedding(a as tf.Tensor2D, b as tf.Tensor2D, ids(1, 1), ids(0, 1));
    const [dtokens, dplaces] = tf.grads(f)([tokens(), places()], tf.tensor2d([1, 2, 3, 4], [2, 2]));
    expect([...(await dtokens.data())]).toEqual([0, 0, 4, 6, 0, 0]);
    expect([...(await dplaces.data())]).toEqual([1, 2, 3, 4]);
  });

  it('refuses what is outside its tables', () => {
    expect(() => tokenEmbedding(tokens(), places(), ids(3), ids(0))).toThrow(/ids\[0\] is 3; expected 0 to 2/);
    expect(() => tokenEmbedding(tokens(), places(), ids(0), ids(2))).toThrow(/positions\[0\] is 2; expected 0 to 1/);
    expect(() => tokenEmbedding(tokens(), places(), ids(0, 1), ids(0))).toThrow(/2 ids/);
  });
});
