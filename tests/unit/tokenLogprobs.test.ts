import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { tokenLogprobs, tokenLogprobsGradReference, tokenLogprobsReference } from '../../src/kernels/tokenLogprobs';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { integers, normals } from '../support/numbers';

function apply(logits: Float64Array, tokens: Int32Array, temperature: number) {
  const rows = tokens.length;
  const [logprobs, entropy, correct] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  const results = { logprobs, entropy, correct, stats: new Float64Array(2 * rows) };
  tokenLogprobsReference(logits, tokens, results, logits.length / rows, temperature);
  return results;
}

describe('tokenLogprobs reference', () => {
  it('by hand: temperature 1/2 doubles logits, so the odds are 1 to 9', () => {
    const { logprobs, entropy, correct } = apply(
      Float64Array.of(0, Math.log(3), Math.log(3), 0),
      Int32Array.of(0, 0),
      0.5,
    );
    expectClose(logprobs, [Math.log(0.1), Math.log(0.9)]);
    const want = -0.1 * Math.log(0.1) - 0.9 * Math.log(0.9);
    expectClose(entropy, [want, want]);
    expect([...correct]).toEqual([0, 1]);
  });

  it('large logits and impossible tokens do no harm', () => {
    const { logprobs, entropy } = apply(Float64Array.of(1e4, 1e4, -1e4, -Infinity), Int32Array.of(1), 1);
    expectClose(logprobs, [Math.log(0.5)]);
    expectClose(entropy, [Math.log(2)]);
  });

  it.each([1, 0.7])('has the gradient of central differences at temperature %f', (temperature) => {
    const [rows, vocabulary] = [4, 7];
    const logits = Float64Array.from(normals(rows * vocabulary, 1, 2));
    const tokens = integers(rows, vocabulary, 2);
    const [dlogprobs, dentropy] = [Float64Array.from(normals(rows, 3)), Float64Array.from(normals(rows, 4))];
    const { entropy, stats } = apply(logits, tokens, temperature);
    const dlogits = new Float64Array(logits.length).fill(5);
    tokenLogprobsGradReference(dlogprobs, dentropy, logits, tokens, entropy, stats, dlogits, vocabulary, temperature);
    const both = () => {
      const results = apply(logits, tokens, temperature);
      return Float64Array.of(...results.logprobs, ...results.entropy);
    };
    checkGradient('dlogits', logits, both, Float64Array.of(...dlogprobs, ...dentropy), dlogits);
  });

  it('gives autodiff either gradient alone, and leaves no tensor behind', async () => {
    await startEngine('cpu');
    const logits = tf.tensor2d(normals(6, 1), [2, 3]);
    const tokens = tf.tensor1d([2, 0], 'int32');
    const gradient = tf.grad((x: tf.Tensor) => tokenLogprobs(x as tf.Tensor2D, tokens).logprobs.sum());
    const before = tf.memory().numTensors;
    const dlogits = gradient(logits);
    const p = tf.tidy(() => tf.oneHot(tokens, 3).sub(tf.softmax(logits)));
    expectClose(await readValues(dlogits), await readValues(p));
    tf.dispose([dlogits, p]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses what does not fit', async () => {
    await startEngine('cpu');
    const logits = tf.zeros<tf.Rank.R2>([1, 3]);
    expect(() => tokenLogprobs(logits, tf.tensor1d([3], 'int32'))).toThrow(/tokens\[0\] is 3.*0 to 2/);
    expect(() => tokenLogprobs(logits, tf.tensor1d([0, 1], 'int32'))).toThrow(/tokens has shape \[2\]/);
    expect(() => tokenLogprobs(logits, tf.tensor1d([0], 'int32'), 0)).toThrow(/temperature is 0/);
  });
});
