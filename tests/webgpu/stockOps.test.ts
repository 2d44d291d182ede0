/**
 * TensorFlow.js ops the project leans on, WebGPU against cpu, forward and gradient. What is known wrong or missing in
 * 4.22 and therefore never used is in the last group, so that an upgrade which mends or breaks something shows here.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { LONG_SUM } from '../support/closeness';
import { expectSameOnWebGPU } from '../support/engines';
import { integers, normals } from '../support/numbers';

beforeAll(async () => void (await startEngine('webgpu')));

const SHAPES: [number, number][] = [
  [1, 1],
  [3, 5],
  [65, 7],
  [1031, 3],
];
type Unary = (x: tf.Tensor2D) => tf.Tensor;
type Binary = (x: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor;
const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
const upstream = (y: tf.Tensor) => tf.tensor(normals(size(y.shape), 9), y.shape);

/** Output and gradient of `f` at positive values, so that logarithms and quotients are defined. */
const unary =
  (f: Unary, [rows, columns]: [number, number]) =>
  () => {
    const x = tf.tensor2d(
      normals(rows * columns, 1).map((value) => Math.abs(value) + 0.1),
      [rows, columns],
    );
    const y = f(x);
    return { y, dx: tf.grad(f as (x: tf.Tensor) => tf.Tensor)(x, upstream(y)) };
  };

const binary =
  (f: Binary, [rows, columns]: [number, number], [rowsB, columnsB]: [number, number]) =>
  () => {
    const a = tf.tensor2d(normals(rows * columns, 1), [rows, columns]);
    const b = tf.tensor2d(
      normals(rowsB * columnsB, 2).map((value) => Math.abs(value) + 0.1),
      [rowsB, columnsB],
    );
    const y = f(a, b);
    const [da, db] = tf.grads(f as (...tensors: tf.Tensor[]) => tf.Tensor)([a, b], upstream(y));
    return { y, da, db };
  };

const UNARY: Record<string, Unary> = {
  neg: (x) => x.neg(),
  exp: (x) => x.exp(),
  log: (x) => x.log(),
  square: (x) => x.square(),
  'sum of all': (x) => x.sum(),
  'sum over rows': (x) => x.sum(0),
  'sum over columns': (x) => x.sum(1),
  'mean of all': (x) => x.mean(),
  'mean over rows': (x) => x.mean(0),
  'mean over columns, kept': (x) => x.mean(1, true),
  'slice of columns': (x) => x.slice([0, x.shape[1] >> 1], [x.shape[0], x.shape[1] - (x.shape[1] >> 1)]),
  'slice of rows': (x) => x.slice([x.shape[0] >> 1, 0], [1, x.shape[1]]),
  pad: (x) =>
    x.pad([
      [1, 2],
      [0, 3],
    ]),
  'concat of rows': (x) => tf.concat([x, x.square()], 0),
  'concat of columns': (x) => tf.concat([x, x.square(), x], 1),
  stack: (x) => tf.stack([x, x.square()]),
  // Reshaping and casting to the same type run no program: a square makes sure that the device is asked at all.
  reshape: (x) => x.square().reshape([x.size]),
  transpose: (x) => x.transpose(),
  'transpose of three': (x) => x.reshape([x.shape[0], x.shape[1], 1]).transpose([2, 0, 1]),
  'cast to the same type': (x) => x.square().cast('float32'),
  expandDims: (x) => x.square().expandDims(1),
  tile: (x) => x.tile([2, 3]),
  'where by a constant': (x) =>
    tf.where(tf.greaterEqual(tf.range(0, x.size).reshape(x.shape), x.size / 2), x, x.square()),
};

const BINARY: Record<string, Binary> = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  div: (a, b) => a.div(b),
};

describe.each(Object.entries(UNARY))('%s on WebGPU equals cpu', (_, f) => {
  it.each(SHAPES)('[%i, %i]', (rows, columns) => expectSameOnWebGPU(unary(f, [rows, columns]), LONG_SUM));
});

describe.each(Object.entries(BINARY))('%s on WebGPU equals cpu', (_, f) => {
  it.each(SHAPES)('[%i, %i]', async (rows, columns) => {
    await expectSameOnWebGPU(binary(f, [rows, columns], [rows, columns]), LONG_SUM);
    await expectSameOnWebGPU(binary(f, [rows, columns], [1, columns]), LONG_SUM);
    await expectSameOnWebGPU(binary(f, [rows, columns], [rows, 1]), LONG_SUM);
  });
});

describe('forward only, WebGPU equals cpu', () => {
  it.each(SHAPES)('made, compared, cast and gathered, [%i, %i]', (rows, columns) =>
    expectSameOnWebGPU(() => {
      const x = tf.tensor2d(normals(rows * columns, 1), [rows, columns]);
      const ids = tf.tensor1d(integers(rows, rows, 3), 'int32');
      return {
        // A tensor that no program has touched would be compared with itself: one addition puts it on the device.
        zeros: tf.zeros([rows, columns]).add(x),
        ones: tf.ones([rows, columns]).add(x),
        filled: tf.fill([rows, columns], -2.5).add(x),
        isLarger: tf.greaterEqual(x, 0.5).cast('float32'),
        isLargerId: tf.greaterEqual(ids, 1).cast('int32'),
        rounded: x.mul(10).cast('int32'),
        asFloat: ids.cast('float32').add(0.5),
        gathered: tf.gather(x, ids),
        idSum: ids.sum(),
      };
    }, LONG_SUM),
  );

  it('NaN passes through sums and is chosen away by where', () => {
    const x = normals(15, 1);
    x[7] = NaN;
    const keep = x.map((value) => (Number.isNaN(value) ? 0 : 1));
    return expectSameOnWebGPU(() => {
      const tensor = tf.tensor2d(x, [3, 5]);
      const chosen = tf.where(tf.tensor2d(keep, [3, 5]).cast('bool'), tensor, tf.zerosLike(tensor));
      return { total: tensor.sum(), rows: tensor.sum(1), means: tensor.mean(1), chosen, chosenSum: chosen.sum() };
    });
  });

  it('large values', () =>
    expectSameOnWebGPU(
      () => {
        const x = tf.tensor2d(normals(65 * 7, 1, 1e4), [65, 7]);
        return { exp: x.exp().minimum(1e30), square: x.square(), sum: x.sum(1), product: x.mul(x.neg()) };
      },
      { rtol: 1e-4, atol: 1e-2 },
    ));
});

/**
 * Where the backends part, or both do what one would not expect. Nothing in the project may lean on these.
 */
describe('traps of 4.22', () => {
  const values = async (make: () => tf.Tensor) => {
    const tensor = tf.tidy(make);
    const read = Array.from(await readValues(tensor));
    tensor.dispose();
    return read;
  };
  /** The same expression on both backends. */
  const both = async (make: () => tf.Tensor) => {
    await startEngine('cpu');
    const cpu = await values(make);
    await tf.setBackend('webgpu');
    return { cpu, webgpu: await values(make) };
  };

  it('log(0) is minus infinity on cpu only: the software adapter gives −88.03', async () => {
    const { cpu, webgpu } = await both(() => tf.tensor1d([0]).log());
    expect(cpu).toEqual([-Infinity]);
    expect(webgpu[0]).toBeLessThan(-80);
  });

  it('sums of int32 go through float32 on WebGPU and round above 2^24', async () => {
    const { cpu, webgpu } = await both(() => tf.fill([3], 2 ** 24 + 1, 'int32').sum());
    expect(cpu).toEqual([3 * (2 ** 24 + 1)]);
    expect(Math.abs(webgpu[0] - cpu[0])).toBeLessThanOrEqual(4);
  });

  it('dividing int32 by int32 floors, on both: cast counts before taking a share', async () => {
    const { cpu, webgpu } = await both(() => tf.tensor1d([7], 'int32').div(tf.tensor1d([2], 'int32')));
    expect([cpu, webgpu]).toEqual([[3], [3]]);
  });

  it('gather out of range gives 0 on WebGPU and throws on cpu', async () => {
    const make = () => tf.gather(tf.tensor1d([1, 2]).add(1), tf.tensor1d([5], 'int32'));
    await startEngine('cpu');
    expect(make).toThrow();
    await tf.setBackend('webgpu');
    expect(await values(make)).toEqual([0]);
  });

  it('a comparison with NaN is false, and maximum and clipByValue keep NaN, on both', async () => {
    const { cpu, webgpu } = await both(() => {
      const x = tf.tensor1d([NaN, 3]);
      return tf.concat([x.greaterEqual(0).cast('float32'), x.maximum(0), x.clipByValue(-1, 1)]);
    });
    expect([cpu, webgpu]).toEqual(Array(2).fill([0, 1, NaN, 3, NaN, 1]));
  });
});
