/**
 * Means over the real elements of a padded batch.
 *   mean = Σ mask·x / Σ mask                              every token weighs the same
 *   meanOfRowMeans = mean over rows of their own means     every response weighs the same
 * values and mask [B, R]. The two differ on ragged batches, and losses must say which they take. One dispatch forward and
 * one backward for what is about ten plain ops.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import gradSource from '../../shaders/maskedMeanGrad.wgsl?raw';
import source from '../../shaders/maskedMean.wgsl?raw';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { linearGroups, u32 } from './dispatch';
import { expectShape, expectType } from './shapes';

const WORKGROUP = 64;

export interface MaskedMeans {
  /** Over all real elements; 0 without any. Differentiable in the values. */
  mean: Scalar;
  /** [B], 0 for a row without real elements. */
  rowMeans: Tensor1D;
  /** Over the rows that have real elements. */
  meanOfRowMeans: Scalar;
  /** Number of real elements. */
  count: Scalar;
}

export function maskedMeanReference(
  values: HostArray,
  mask: HostArray,
  [mean, rowMeans, meanOfRowMeans, count]: HostArray[],
): void {
  const slots = values.length / rowMeans.length;
  let [sum, counted, rowSum, rowsCounted] = [0, 0, 0, 0];
  for (let row = 0; row < rowMeans.length; row++) {
    let inRow = 0;
    let realInRow = 0;
    for (let i = row * slots; i < (row + 1) * slots; i++) {
      if (mask[i] === 0) continue;
      inRow += values[i];
      realInRow++;
    }
    const rowMean = inRow / Math.max(realInRow, 1);
    rowMeans[row] = rowMean;
    sum += inRow;
    counted += realInRow;
    rowSum += rowMean;
    if (realInRow > 0) rowsCounted++;
  }
  mean[0] = sum / Math.max(counted, 1);
  meanOfRowMeans[0] = rowSum / Math.max(rowsCounted, 1);
  count[0] = counted;
}

/** Gradient of `mean` alone. */
export function maskedMeanGradReference(dmean: HostArray, mask: HostArray, count: HostArray, dvalues: HostArray): void {
  const share = dmean[0] / count[0];
  for (let i = 0; i < mask.length; i++) dvalues[i] = mask[i] === 0 ? 0 : share;
}

defineKernel<object>({
  name: 'MaskedMean',
  inputs: ['values', 'mask'],
  outputs: ([values]) => [
    { shape: [], dtype: 'float32' },
    { shape: [values[0]], dtype: 'float32' },
    { shape: [], dtype: 'float32' },
    { shape: [], dtype: 'float32' },
  ],
  reference: ([values, mask], outputs) => maskedMeanReference(values, mask, outputs),
  program: ([values, mask], outputs) => [
    {
      file: 'shaders/maskedMean.wgsl',
      source,
      constants: { WORKGROUP, SLOTS: values.shape[1] },
      bindings: [...outputs, values, mask],
      uniforms: [u32('rows', values.shape[0])],
      workgroups: [1],
    },
  ],
});

defineKernel<object>({
  name: 'MaskedMeanGrad',
  inputs: ['dmean', 'mask', 'count'],
  outputs: ([, mask]) => [{ shape: mask, dtype: 'float32' }],
  reference: ([dmean, mask, count], [dvalues]) => maskedMeanGradReference(dmean, mask, count, dvalues),
  program: ([dmean, mask, count], [dvalues]) => {
    const size = mask.shape[0] * mask.shape[1];
    return [
      {
        file: 'shaders/maskedMeanGrad.wgsl',
        source: gradSource,
        constants: { WORKGROUP },
        bindings: [dvalues, dmean, mask, count],
        uniforms: [u32('size', size)],
        workgroups: linearGroups(size, WORKGROUP),
      },
    ];
  },
});

// Saved from the forward pass: mask and count. Only `mean` is differentiated; the other outputs are reports.
tf.registerGradient({
  kernelName: 'MaskedMean',
  inputsToSave: ['mask'],
  outputsToSave: [false, false, false, true],
  gradFunc: (dys, [mask, count]) => {
    const dmean = (dys as Tensor[])[0];
    return { values: () => runKernel('MaskedMeanGrad', { dmean, mask, count })[0] };
  },
});

/**
 * @param values [B, R]; masked elements may hold anything
 * @param mask   [B, R] float32, 1 = real
 * @returns the means; a loss on another output than `mean` has gradient 0
 * @throws RangeError when shapes differ; TypeError when the mask is not float32
 */
export function maskedMean(values: Tensor2D, mask: Tensor2D): MaskedMeans {
  expectShape('maskedMean', 'values', values, [-1, -1]);
  expectShape('maskedMean', 'mask', mask, values.shape);
  expectType('maskedMean', 'mask', mask, 'float32');
  const [mean, rowMeans, meanOfRowMeans, count] = runKernel('MaskedMean', { values, mask });
  return {
    mean: mean as Scalar,
    rowMeans: rowMeans as Tensor1D,
    meanOfRowMeans: meanOfRowMeans as Scalar,
    count: count as Scalar,
  };
}
