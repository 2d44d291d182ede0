/** The halves of a block against their parts, and their gradients against central differences in double precision. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { columnSumReference } from '../../src/kernels/columnSum';
import { startEngine } from '../../src/kernels/device';
import { feedForward } from '../../src/kernels/feedForward';
import { geluGradReference, geluReference } from '../../src/kernels/gelu';
import { layerNormGradParamsReference, layerNormGradReference, layerNormReference } from '../../src/kernels/layerNorm';
import { matMulReference } from '../../src/kernels/matMulProgram';
import { normLinear } from '../../src/kernels/normLinear';
import { expectClose, LONG_SUM } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('cpu')));

const [N, C, F] = [3, 4, 6];
const doubles = (n: number, seed: number) => Float64Array.from(normals(n, seed));
const make = (n: number) => new Float64Array(n);

/** op(a) · op(b) of matrices, by the reference. */
function product(a: Float64Array, b: Float64Array, [m, k, n]: number[], transposeA = false, transposeB = false) {
  const c = make(m * n);
  matMulReference(a, b, undefined, undefined, c, { batch: 1, m, k, n }, { transposeA, transposeB });
  return c;
}

const INPUTS = {
  x: doubles(N * C, 1),
  gain: doubles(C, 2),
  shift: doubles(C, 3),
  weight1: doubles(C * F, 4),
  bias1: doubles(F, 5),
  weight2: doubles(F * C, 6),
  bias2: doubles(C, 7),
};
const dy = doubles(N * C, 8);

/** x + gelu(norm(x)·W₁ + b₁)·W₂ + b₂ with all that is kept on the way. */
function forward() {
  const { x, gain, shift, weight1, bias1, weight2, bias2 } = INPUTS;
  const [normed, stats, inner, hidden, y] = [make(N * C), make(2 * N), make(N * F), make(N * F), make(N * C)];
  layerNormReference(x, gain, shift, normed, stats, C, 1e-5);
  const plain = { transposeA: false, transposeB: false };
  matMulReference(normed, weight1, bias1, undefined, inner, { batch: 1, m: N, k: C, n: F }, plain);
  geluReference(inner, hidden);
  matMulReference(hidden, weight2, bias2, x, y, { batch: 1, m: N, k: F, n: C }, plain);
  return { normed, stats, inner, hidden, y };
}

/** The gradients as `feedForward` composes them. */
function backward() {
  const { x, gain, weight1, weight2 } = INPUTS;
  const { normed, stats, inner, hidden } = forward();
  const dinner = product(dy, weight2, [N, C, F], false, true);
  geluGradReference(dinner, inner, dinner);
  const dnormed = product(dinner, weight1, [N, F, C], false, true);
  const [dx, dgain, dshift, dbias1, dbias2] = [make(N * C), make(C), make(C), make(F), make(C)];
  layerNormGradReference(dnormed, x, gain, stats, dy, dx, C);
  layerNormGradParamsReference(dnormed, x, stats, dgain, dshift, C);
  columnSumReference(dinner, dbias1);
  columnSumReference(dy, dbias2);
  return {
    x: dx,
    gain: dgain,
    shift: dshift,
    weight1: product(normed, dinner, [C, N, F], true),
    bias1: dbias1,
    weight2: product(hidden, dy, [F, N, C], true),
    bias2: dbias2,
  };
}

const names = Object.keys(INPUTS) as (keyof typeof INPUTS)[];
const shapes = { x: [N, C], gain: [C], shift: [C], weight1: [C, F], bias1: [F], weight2: [F, C], bias2: [C] };
const tensors = () => names.map((name) => tf.tensor(Float32Array.from(INPUTS[name]), shapes[name]));

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
const half =
  (addsInput: boolean): Op =>
  (...[x, gain, shift, weight1, bias1, weight2, bias2]) => {
    const { y, skip } = feedForward(
      x.mul(1) as tf.Tensor2D, // an activation: freed before the gradient is asked for, unless saved
      { gain: gain as tf.Tensor1D, bias: shift as tf.Tensor1D },
      { weight: weight1 as tf.Tensor2D, bias: bias1 as tf.Tensor1D },
      { weight: weight2 as tf.Tensor2D, bias: bias2 as tf.Tensor1D },
      addsInput,
    );
    return addsInput ? y : skip.add(y);
  };

describe('feedForward', () => {
  it('has the gradients of central differences', () => {
    const gradients = backward();
    for (const name of names) checkGradient(name, INPUTS[name], () => forward().y, dy, gradients[name]);
  });

  it.each([true, false])('computes just that, adding its input: %s', async (addsInput) => {
    const before = tf.memory().numTensors;
    const inputs = tensors();
    const { value, grads } = tf.valueAndGrads(half(addsInput))(inputs, tf.tensor(Float32Array.from(dy), [N, C]));
    expectClose(await value.data(), forward().y, LONG_SUM);
    const want = backward();
    for (const [i, name] of names.entries()) expectClose(await grads[i].data(), want[name], LONG_SUM, name);
    expect(tf.memory().numTensors - before, 'tensors beside inputs, dy, value and gradients').toBe(
      2 * names.length + 2,
    );
    tf.dispose([...inputs, value, ...grads]);
  });

  it('refuses shapes that do not fit', () => {
    const [x, ...rest] = tensors();
    expect(() => half(true)(x.reshape([C, N]), ...rest)).toThrow(/feedForward: x has shape \[4,3\]/);
  });
});

describe('normLinear', () => {
  it('is the norm and the product, and x has one gradient for both uses', async () => {
    const [x, gain, shift, weight, bias] = tensors();
    const f: Op = (...[a, b, c, d, e]) => {
      const norm = { gain: b as tf.Tensor1D, bias: c as tf.Tensor1D };
      const { y, skip } = normLinear(a.mul(1) as tf.Tensor2D, norm, {
        weight: d as tf.Tensor2D,
        bias: e as tf.Tensor1D,
      });
      return tf.concat([y, skip], 1);
    };
    const upstream = normals(N * (F + C), 9);
    const { value, grads } = tf.valueAndGrads(f)([x, gain, shift, weight, bias], tf.tensor(upstream, [N, F + C]));
    const { inner, normed, stats } = forward();
    expectClose(await value.slice([0, 0], [N, F]).data(), inner, LONG_SUM);
    expectClose(await value.slice([0, F], [N, C]).data(), INPUTS.x, LONG_SUM);

    const dinner = Float64Array.from({ length: N * F }, (_, i) => upstream[Math.floor(i / F) * (F + C) + (i % F)]);
    const dskip = Float64Array.from({ length: N * C }, (_, i) => upstream[Math.floor(i / C) * (F + C) + F + (i % C)]);
    const dx = make(N * C);
    const dnormed = product(dinner, INPUTS.weight1, [N, F, C], false, true);
    layerNormGradReference(dnormed, INPUTS.x, INPUTS.gain, stats, dskip, dx, C);
    expectClose(await grads[0].data(), dx, LONG_SUM);
    expectClose(await grads[3].data(), product(normed, dinner, [C, N, F], true), LONG_SUM);
  });
});
