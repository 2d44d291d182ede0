import { describe, expect, it } from 'vitest';
import { adamWReference, type AdamWOptions } from '../../src/kernels/adamW';
import { flatAdamWReference, flatSumOfSquaresReference } from '../../src/kernels/flatAdamW';
import { BLOCK } from '../../src/kernels/packing';
import { expectClose } from '../support/closeness';
import { normals } from '../support/numbers';

const OPTIONS: AdamWOptions = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  eps: 1e-8,
  weightDecay: 0.5,
  maxGradNorm: 1,
  step: 3,
  form: 'torch',
};
/** Still, moving, decaying. */
const KINDS = Int32Array.of(0, 1, 2);
const size = KINDS.length * BLOCK;
const values = (seed: number) => Float64Array.from(normals(size, seed));

describe('AdamW over flat parameters', () => {
  it('takes the norm over what has a gradient', () => {
    const grad = values(1);
    const slots = Float64Array.of(9, 9);
    flatSumOfSquaresReference(grad, KINDS, slots);
    const moving = grad.subarray(BLOCK);
    expectClose(slots, [moving.reduce((sum, g) => sum + g * g, 0), 0]);
  });

  it('is AdamW block by block: still, without decay, with decay', () => {
    const [param, m, v] = [values(2), values(3), values(4).map(Math.abs)];
    const want = [param, m, v].map((array) => array.slice());
    const [grad, state] = [values(5), Float64Array.of(7, 0, 3, 0)];
    flatAdamWReference([param, grad, m, v], KINDS, state, OPTIONS);
    for (const [block, weightDecay] of [
      [1, 0],
      [2, OPTIONS.weightDecay],
    ]) {
      const [p, first, second] = want.map((array) => array.subarray(block * BLOCK, (block + 1) * BLOCK));
      const g = grad.subarray(block * BLOCK, (block + 1) * BLOCK);
      adamWReference(p, g, first, second, state, { ...OPTIONS, weightDecay });
    }
    [param, m, v].forEach((array, i) => expectClose(array, want[i]));
    expect([...param.subarray(0, BLOCK)]).toEqual([...values(2).subarray(0, BLOCK)]);
  });
});
