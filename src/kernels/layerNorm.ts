/**
 * Layer normalisation over the last dimension.
 *   y = (x − mean) · rstd · gain + bias,   rstd = 1/√(var + ε), variance biased
 * x [N, C], gain and bias [C]. As plain ops it is nine dispatches forward and about twenty backward; here one and two.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import gradSource from '../../shaders/layerNormGrad.wgsl?raw';
import gradParamsSource from '../../shaders/layerNormGradParams.wgsl?raw';
import source from '../../shaders/layerNorm.wgsl?raw';
import { defineKernel, runKernel, sharedGradients, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { expectShape } from './shapes';

/** As GPT-2 has it. */
export const EPSILON = 1e-5;
const WORKGROUP = 64;

/** Parameters of a layer norm, [C] each. */
export interface Norm {
  gain: Tensor1D;
  bias: Tensor1D;
}

/** @param stats [rows, 2] mean and rstd of each row, written */
export function layerNormReference(
  x: HostArray,
  gain: HostArray,
  bias: HostArray,
  y: HostArray,
  stats: HostArray,
  channels: number,
  epsilon: number,
): void {
  for (let row = 0; row < x.length / channels; row++) {
    const start = row * channels;
    let mean = 0;
    for (let c = 0; c < channels; c++) mean += x[start + c];
    mean /= channels;
    let variance = 0;
    for (let c = 0; c < channels; c++) variance += (x[start + c] - mean) ** 2;
    const rstd = 1 / Math.sqrt(variance / channels + epsilon);
    for (let c = 0; c < channels; c++) y[start + c] = (x[start + c] - mean) * rstd * gain[c] + bias[c];
    stats[2 * row] = mean;
    stats[2 * row + 1] = rstd;
  }
}

/** @param skip gradient of another use of x, added to `dx`; may be undefined */
export function layerNormGradReference(
  dy: HostArray,
  x: HostArray,
  gain: HostArray,
  stats: HostArray,
  skip: HostArray | undefined,
  dx: HostArray,
  channels: number,
): void {
  for (let row = 0; row < x.length / channels; row++) {
    const start = row * channels;
    const mean = stats[2 * row];
    const rstd = stats[2 * row + 1];
    let sum = 0;
    let sumNormal = 0;
    for (let c = 0; c < channels; c++) {
      const g = dy[start + c] * gain[c];
      sum += g;
      sumNormal += g * (x[start + c] - mean) * rstd;
    }
    for (let c = 0; c < channels; c++) {
      const normal = (x[start + c] - mean) * rstd;
      const own = rstd * (dy[start + c] * gain[c] - sum / channels - (normal * sumNormal) / channels);
      dx[start + c] = own + (skip ? skip[start + c] : 0);
    }
  }
}

export function layerNormGradParamsReference(
  dy: HostArray,
  x: HostArray,
  stats: HostArray,
  dgain: HostArray,
  dbias: HostArray,
  channels: number,
): void {
  dgain.fill(0);
  dbias.fill(0);
  for (let i = 0; i < x.length; i++) {
    const row = Math.floor(i / channels);
    const c = i % channels;
    dgain[c] += dy[i] * (x[i] - stats[2 * row]) * stats[2 * row + 1];
    dbias[c] += dy[i];
  }
}

interface Attrs {
  epsilon: number;
}

defineKernel<Attrs>({
  name: 'LayerNorm',
  inputs: ['x', 'gain', 'bias'],
  outputs: ([x]) => [
    { shape: x, dtype: 'float32' },
    { shape: [x[0], 2], dtype: 'float32' },
  ],
  reference: ([x, gain, bias], [y, stats], [shape], { epsilon }) =>
    layerNormReference(x, gain, bias, y, stats, shape[1], epsilon),
  wasm: {
    fits: ([x]) => x[1] % 4 === 0,
    calls: (inputs, outputs, [[rows, channels]], { epsilon }) => {
      const args = [...inputs, ...outputs, channels, epsilon];
      return [{ kernel: 'layerNorm', args, items: rows, work: 6 * rows * channels }];
    },
  },
  program: ([x, gain, bias], [y, stats], { epsilon }) => [
    {
      file: 'shaders/layerNorm.wgsl',
      source,
      constants: { CHANNELS: x.shape[1], WORKGROUP },
      bindings: [y, stats, x, gain, bias],
      uniforms: [u32('rows', x.shape[0]), f32('epsilon', epsilon)],
      workgroups: linearGroups(x.shape[0], WORKGROUP),
    },
  ],
});

defineKernel<object>({
  name: 'LayerNormGrad',
  inputs: ['dy', 'x', 'gain', 'stats', 'skip'],
  outputs: ([dy]) => [{ shape: dy, dtype: 'float32' }],
  reference: ([dy, x, gain, stats, skip], [dx], [shape]) =>
    layerNormGradReference(dy, x, gain, stats, skip, dx, shape[1]),
  wasm: {
    fits: ([x]) => x[1] % 4 === 0,
    calls: (inputs, outputs, [[rows, channels]]) => {
      const args = [...inputs, ...outputs, channels];
      return [{ kernel: 'layerNormGrad', args, items: rows, work: 8 * rows * channels }];
    },
  },
  program: ([dy, x, gain, stats, skip], [dx]) => [
    {
      file: 'shaders/layerNormGrad.wgsl',
      source: gradSource,
      constants: { CHANNELS: x.shape[1], WORKGROUP, HAS_SKIP: skip !== undefined },
      // An absent operand is never read; any other buffer keeps its binding filled.
      bindings: [dx, dy, x, gain, stats, skip ?? x],
      uniforms: [u32('rows', x.shape[0])],
      workgroups: linearGroups(x.shape[0], WORKGROUP),
    },
  ],
});

defineKernel<object>({
  name: 'LayerNormGradParams',
  inputs: ['dy', 'x', 'stats'],
  outputs: ([dy]) => [
    { shape: [dy[1]], dtype: 'float32' },
    { shape: [dy[1]], dtype: 'float32' },
  ],
  reference: ([dy, x, stats], [dgain, dbias], [shape]) =>
    layerNormGradParamsReference(dy, x, stats, dgain, dbias, shape[1]),
  wasm: {
    fits: ([dy]) => dy[1] % 4 === 0,
    calls: (inputs, outputs, [[rows, channels]]) => {
      const args = [...inputs, ...outputs, rows, channels];
      return [{ kernel: 'layerNormGradParams', args, items: Math.ceil(channels / 16), work: 4 * rows * channels }];
    },
  },
  program: ([dy, x, stats], [dgain, dbias]) => [
    {
      file: 'shaders/layerNormGradParams.wgsl',
      source: gradParamsSource,
      constants: { CHANNELS: x.shape[1], WORKGROUP },
      bindings: [dgain, dbias, dy, x, stats],
      uniforms: [u32('rows', x.shape[0])],
      workgroups: linearGroups(x.shape[1], WORKGROUP),
    },
  ],
});

/**
 * Gradients of a layer norm.
 * @param dy [N, C]
 * @param stats [N, 2] from the forward pass
 * @param skip [N, C] gradient of another use of x, added to the one of x
 */
export function normGradients(
  dy: Tensor,
  x: Tensor,
  gain: Tensor,
  stats: Tensor,
  skip?: Tensor,
): Record<'x' | 'gain' | 'shift', Tensor> {
  const [dx] = runKernel('LayerNormGrad', { dy, x, gain, stats, skip });
  const [dgain, dshift] = runKernel('LayerNormGradParams', { dy, x, stats });
  return { x: dx, gain: dgain, shift: dshift };
}

// Saved from the forward pass: x, gain and the row statistics.
tf.registerGradient({
  kernelName: 'LayerNorm',
  inputsToSave: ['x', 'gain'],
  outputsToSave: [false, true],
  gradFunc: (dys, [x, gain, stats]) =>
    sharedGradients(() => {
      const { shift, ...others } = normGradients((dys as Tensor[])[0], x, gain, stats);
      return { ...others, bias: shift };
    }, ['x', 'gain', 'bias']),
});

/**
 * @param x [N, C]
 * @param gain [C]
 * @param bias [C]
 * @returns [N, C]
 * @throws RangeError when the shapes do not fit
 */
export function layerNorm(x: Tensor2D, gain: Tensor1D, bias: Tensor1D, epsilon = EPSILON): Tensor2D {
  const { y, stats } = layerNormWithStats(x, gain, bias, epsilon);
  stats.dispose();
  return y;
}

/** As `layerNorm`, with the row statistics [N, 2] = mean, rstd. */
export function layerNormWithStats(
  x: Tensor2D,
  gain: Tensor1D,
  bias: Tensor1D,
  epsilon = EPSILON,
): { y: Tensor2D; stats: Tensor2D } {
  expectShape('layerNorm', 'x', x, [-1, -1]);
  expectShape('layerNorm', 'gain', gain, [x.shape[1]]);
  expectShape('layerNorm', 'bias', bias, [x.shape[1]]);
  const [y, stats] = runKernel('LayerNorm', { x, gain, bias }, { epsilon });
  return { y: y as Tensor2D, stats: stats as Tensor2D };
}
