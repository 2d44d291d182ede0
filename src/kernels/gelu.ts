/**
 * GELU in its tanh form, element by element.
 *   y = x/2 · (1 + tanh u) = x / (1 + e^(−2u)),   u = √(2/π) · (x + 0.044715·x³)
 * As plain ops it is eight dispatches forward and about twenty backward; here one and one. The second form costs one
 * exponential and loses no digits where tanh is close to −1.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import functionsSource from '../../shaders/geluFunctions.wgsl?raw';
import gradSource from '../../shaders/geluGrad.wgsl?raw';
import source from '../../shaders/gelu.wgsl?raw';
import { defineKernel, runKernel, type HostArray, type Shape } from './defineKernel';
import { linearGroups, u32 } from './dispatch';
import { expectType } from './shapes';
import type { SimdCall } from './wasm/simd';

const WORKGROUP = 64;
/** 2·√(2/π) */
const SLOPE = 1.5957691216057308;
const CUBIC = 0.044715;
/** Beyond it the factor of x is 0 or 1 to the last bit, and its powers could overflow. */
const LIMIT = 30;

export function geluReference(x: HostArray, y: HostArray): void {
  for (let i = 0; i < x.length; i++) {
    const v = Math.max(-LIMIT, Math.min(LIMIT, x[i]));
    y[i] = x[i] / (1 + Math.exp(-SLOPE * v * (1 + CUBIC * v * v)));
  }
}

export function geluGradReference(dy: HostArray, x: HostArray, dx: HostArray): void {
  for (let i = 0; i < x.length; i++) {
    const v = Math.max(-LIMIT, Math.min(LIMIT, x[i]));
    const s = 1 / (1 + Math.exp(-SLOPE * v * (1 + CUBIC * v * v)));
    dx[i] = dy[i] * s * (1 + v * (1 - s) * SLOPE * (1 + 3 * CUBIC * v * v));
  }
}

/** GELU or its gradient on the wasm engine, four values a piece. */
export function geluCall(kernel: 'gelu' | 'geluGrad', args: number[], shape: Shape): SimdCall {
  const size = tf.util.sizeFromShape(shape);
  return { kernel, args, items: size / 4, work: 10 * size };
}

defineKernel<object>({
  name: 'Gelu',
  inputs: ['x'],
  outputs: ([x]) => [{ shape: x, dtype: 'float32' }],
  reference: ([x], [y]) => geluReference(x, y),
  wasm: {
    fits: ([x]) => tf.util.sizeFromShape(x) % 4 === 0,
    calls: (inputs, outputs, [shape]) => [geluCall('gelu', [...inputs, ...outputs], shape)],
  },
  program: ([x], [y]) => {
    const size = tf.util.sizeFromShape(x.shape);
    return [
      {
        file: 'shaders/gelu.wgsl',
        source: `${source}\n${functionsSource}`,
        constants: { WORKGROUP },
        bindings: [y, x],
        uniforms: [u32('size', size)],
        workgroups: linearGroups(size, WORKGROUP),
      },
    ];
  },
});

defineKernel<object>({
  name: 'GeluGrad',
  inputs: ['dy', 'x'],
  outputs: ([dy]) => [{ shape: dy, dtype: 'float32' }],
  reference: ([dy, x], [dx]) => geluGradReference(dy, x, dx),
  wasm: {
    fits: ([dy]) => tf.util.sizeFromShape(dy) % 4 === 0,
    calls: (inputs, outputs, [shape]) => [geluCall('geluGrad', [...inputs, ...outputs], shape)],
  },
  program: ([dy, x], [dx]) => {
    const size = tf.util.sizeFromShape(x.shape);
    return [
      {
        file: 'shaders/geluGrad.wgsl',
        source: `${gradSource}\n${functionsSource}`,
        constants: { WORKGROUP },
        bindings: [dx, dy, x],
        uniforms: [u32('size', size)],
        workgroups: linearGroups(size, WORKGROUP),
      },
    ];
  },
});

// Saved from the forward pass: x.
tf.registerGradient({
  kernelName: 'Gelu',
  inputsToSave: ['x'],
  gradFunc: (dys, [x]) => {
    const dy = (Array.isArray(dys) ? dys[0] : dys) as Tensor;
    return { x: () => runKernel('GeluGrad', { dy, x })[0] };
  },
});

/**
 * @param x any shape, float32
 * @returns the same shape
 * @throws TypeError when x is not float32
 */
export function gelu<T extends Tensor>(x: T): T {
  expectType('gelu', 'x', x, 'float32');
  return runKernel('Gelu', { x })[0] as T;
}
