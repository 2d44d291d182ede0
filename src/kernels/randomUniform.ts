/**
 * Random numbers that need no state: element i is a pure function of seed, stream, offset and i.
 *   uniform_i = (word (i mod 4) of Philox4x32-10 at counter (⌊i/4⌋, offset), key (seed, stream)) / 2³², in steps of 2⁻²⁴
 *   dropout:  y_i = x_i / (1 − rate) where uniform_i ≥ rate, else 0
 * Integer arithmetic only, so every engine gives the same bits; TensorFlow.js draws on the host and uploads. The gradient
 * of dropout draws the same numbers again, so no mask is stored.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import dropoutSource from '../../shaders/dropout.wgsl?raw';
import philoxSource from '../../shaders/philox.wgsl?raw';
import source from '../../shaders/randomUniform.wgsl?raw';
import { defineKernel, runKernel, type HostArray, type Shape } from './defineKernel';
import { f32, linearGroups, u32, type Uniform } from './dispatch';
import { expectType } from './shapes';
import { numberOf, type StepNumber } from './stepValue';

/** What names a sequence of random numbers. Keys that differ in any part give unrelated sequences. */
export interface RandomKey {
  /** 32 bits */
  seed: number;
  /** 32 bits: what the numbers are for. May change from step to step. */
  stream: StepNumber;
  /** Whole number from 0 below 2⁵³, for instance the step; it is not a position in the sequence. */
  offset?: number;
}

/** A key whose offset may change from step to step as well. */
export type DrawKey = Omit<RandomKey, 'offset'> & { offset?: StepNumber };

/** A key as kernels see it. */
export type PlainKey = RandomKey & { stream: number };

const WORKGROUP = 64;
const [MULTIPLIER_0, MULTIPLIER_1] = [0xd2511f53, 0xcd9e8d57];
const [WEYL_0, WEYL_1] = [0x9e3779b9, 0xbb67ae85];
const ROUNDS = 10;

/** Upper 32 bits of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  // Each partial product is below 2⁵³: plain numbers hold it exactly.
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Encrypts the four words of `counter` in place with the two words of the key. */
export function philox(counter: Uint32Array, key0: number, key1: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    const c0 = counter[0];
    const c2 = counter[2];
    counter[0] = multiplyHigh(MULTIPLIER_1, c2) ^ counter[1] ^ key0;
    counter[2] = multiplyHigh(MULTIPLIER_0, c0) ^ counter[3] ^ key1;
    counter[1] = Math.imul(MULTIPLIER_1, c2);
    counter[3] = Math.imul(MULTIPLIER_0, c0);
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
}

export function randomUniformReference(y: HostArray, { seed, stream, offset = 0 }: PlainKey): void {
  const words = new Uint32Array(4);
  for (let start = 0; start < y.length; start += 4) {
    words[0] = start / 4;
    words[1] = offset;
    words[2] = Math.floor(offset / 2 ** 32);
    words[3] = 0;
    philox(words, seed, stream);
    const end = Math.min(4, y.length - start);
    for (let w = 0; w < end; w++) y[start + w] = (words[w] >>> 8) * 2 ** -24;
  }
}

export function dropoutReference(x: HostArray, y: HostArray, rate: number, key: PlainKey): void {
  randomUniformReference(y, key);
  // A float32 rate, as on the GPU, so that both drop the same elements.
  const threshold = Math.fround(rate);
  for (let i = 0; i < x.length; i++) y[i] = y[i] >= threshold ? x[i] / (1 - rate) : 0;
}

function keyUniforms({ seed, stream, offset = 0 }: PlainKey): Uniform[] {
  return [
    u32('seed', seed),
    u32('randomStream', stream),
    u32('offsetLow', offset),
    u32('offsetHigh', Math.floor(offset / 2 ** 32)),
  ];
}

/** Workgroups for a thread per four elements. */
const blocksOf = (size: number) => linearGroups(Math.ceil(size / 4), WORKGROUP);

defineKernel<PlainKey & { shape: Shape }>({
  name: 'PhiloxUniform',
  inputs: [],
  outputs: (_, { shape }) => [{ shape, dtype: 'float32' }],
  reference: (_, [y], __, key) => randomUniformReference(y, key),
  program: (_, [y], key) => {
    const size = tf.util.sizeFromShape(y.shape);
    return [
      {
        file: 'shaders/randomUniform.wgsl',
        source: `${source}\n${philoxSource}`,
        constants: { WORKGROUP },
        bindings: [y],
        uniforms: [u32('size', size), ...keyUniforms(key)],
        workgroups: blocksOf(size),
      },
    ];
  },
});

defineKernel<PlainKey & { rate: number }>({
  name: 'PhiloxDropout',
  inputs: ['x'],
  outputs: ([x]) => [{ shape: x, dtype: 'float32' }],
  reference: ([x], [y], _, { rate, ...key }) => dropoutReference(x, y, rate, key),
  program: ([x], [y], { rate, ...key }) => {
    const size = tf.util.sizeFromShape(y.shape);
    return [
      {
        file: 'shaders/dropout.wgsl',
        source: `${dropoutSource}\n${philoxSource}`,
        constants: { WORKGROUP },
        bindings: [y, x],
        uniforms: [u32('size', size), ...keyUniforms(key), f32('rate', rate), f32('scale', 1 / (1 - rate))],
        workgroups: blocksOf(size),
      },
    ];
  },
});

// Nothing is saved from the forward pass: dropout is linear in x, so the gradient is dropout with the same key.
tf.registerGradient({
  kernelName: 'PhiloxDropout',
  gradFunc: (dys, _, attrs) => {
    const x = (Array.isArray(dys) ? dys[0] : dys) as Tensor;
    return { x: () => runKernel('PhiloxDropout', { x }, attrs)[0] };
  },
});

function checkKey(where: string, key: DrawKey): void {
  const { seed } = key;
  const offset = numberOf(key.offset ?? 0);
  const stream = numberOf(key.stream);
  const isWord = (value: number) => Number.isInteger(value) && value >= 0 && value < 2 ** 32;
  if (isWord(seed) && isWord(stream) && Number.isSafeInteger(offset) && offset >= 0) return;
  throw new RangeError(
    `${where}: key is seed ${seed}, stream ${stream}, offset ${offset}; expected whole numbers from 0, below 2^32, 2^32 and 2^53.`,
  );
}

/**
 * @param shape of the result
 * @param key names the sequence; the same key gives the same bits on every engine
 * @returns float32 in [0, 1)
 * @throws RangeError when a part of the key is not a whole number in its range
 */
export function randomUniform(shape: number[], key: DrawKey): Tensor {
  checkKey('randomUniform', key);
  return runKernel('PhiloxUniform', {}, { ...key, shape })[0];
}

/**
 * @param x any shape, float32
 * @param rate share of elements set to 0, in [0, 1); the others are scaled so that the mean stays. At 0 it returns `x` itself.
 * @param key names the mask; use another offset for every call
 * @throws RangeError when the rate or the key is out of range
 */
export function dropout<T extends Tensor>(x: T, rate: number, key: RandomKey): T {
  expectType('dropout', 'x', x, 'float32');
  checkKey('dropout', key);
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout: rate is ${rate}; expected 0 to below 1.`);
  return rate === 0 ? x : (runKernel('PhiloxDropout', { x }, { ...key, rate })[0] as T);
}
