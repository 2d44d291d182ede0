/**
 * Causal self-attention over a padded batch, from the joint projection straight to the mixed values.
 *   out_t = Σ_j p_tj · v_j,   p_t = softmax over visible j of (q_t · k_j) / √D,   D = C / heads
 * Key j is visible to query t iff j ≤ t and mask[j] = 1; a query that sees no key gives 0 and takes no gradient.
 * qkv [B, T, 3C]: q, k and v are thirds of the last dimension, heads contiguous inside each; mask [B, T]; out [B, T, C].
 * As plain ops this is twelve dispatches and three tensors [B, H, T, T]; here one forward and two backward, and only the
 * log-sum-exp [B, H, T] is kept (FlashAttention, arXiv:2205.14135, without its tiles).
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { forwardPass, gradientPasses } from './attentionPasses';
import { defineKernel, runKernel, type HostArray, type Shape } from './defineKernel';
import { filledHeadSize, resizeHeads } from './resizeHeads';
import { expectShape, expectType } from './shapes';

interface Attrs {
  heads: number;
  /** 1/√D of the true head size D, which zero channels may have filled up. */
  scale: number;
}

interface Sizes {
  batch: number;
  length: number;
  /** Channels of q, of k and of v. */
  width: number;
  heads: number;
  scale?: number;
}

function sizes([batch, length, width]: Shape, { heads, scale }: Attrs) {
  return { batch, length, width: width / 3, heads, scale };
}

/** Sizes of what the SIMD kernels pack, filled up to whole panels of 8. */
function packedSizes(shape: Shape, attrs: Attrs) {
  const { length, width, heads } = sizes(shape, attrs);
  const size = width / heads;
  return { size, slots: 8 * Math.ceil(length / 8), padded: 8 * Math.ceil(size / 8) };
}

/** @param logSumExp [B, H, T] log of each softmax's denominator, written; 0 where no key is seen */
export function causalAttentionReference(
  qkv: HostArray,
  mask: HostArray,
  out: HostArray,
  logSumExp: HostArray,
  { batch, length, width, heads, scale = 1 / Math.sqrt(width / heads) }: Sizes,
): void {
  const size = width / heads;
  const scores = new Float64Array(length);
  out.fill(0);
  for (let bh = 0; bh < batch * heads; bh++) {
    const start = Math.floor(bh / heads) * length;
    const head = (bh % heads) * size;
    for (let t = 0; t < length; t++) {
      const q = (start + t) * 3 * width + head;
      let highest = -Infinity;
      for (let j = 0; j <= t; j++) {
        if (mask[start + j] === 0) continue;
        const k = (start + j) * 3 * width + width + head;
        let score = 0;
        for (let c = 0; c < size; c++) score += qkv[q + c] * qkv[k + c];
        scores[j] = score * scale;
        if (scores[j] > highest) highest = scores[j];
      }
      let weight = 0;
      for (let j = 0; j <= t; j++) {
        if (mask[start + j] === 0) continue;
        scores[j] = Math.exp(scores[j] - highest);
        weight += scores[j];
      }
      logSumExp[bh * length + t] = weight === 0 ? 0 : highest + Math.log(weight);
      const o = (start + t) * width + head;
      for (let j = 0; j <= t; j++) {
        if (mask[start + j] === 0) continue;
        const v = (start + j) * 3 * width + 2 * width + head;
        const p = scores[j] / weight;
        for (let c = 0; c < size; c++) out[o + c] += p * qkv[v + c];
      }
    }
  }
}

/** @param delta [B, H, T] dout · out of each query and head, written */
export function causalAttentionGradReference(
  dout: HostArray,
  qkv: HostArray,
  mask: HostArray,
  out: HostArray,
  logSumExp: HostArray,
  dqkv: HostArray,
  delta: HostArray,
  { batch, length, width, heads, scale = 1 / Math.sqrt(width / heads) }: Sizes,
): void {
  const size = width / heads;
  dqkv.fill(0);
  for (let bh = 0; bh < batch * heads; bh++) {
    const start = Math.floor(bh / heads) * length;
    const head = (bh % heads) * size;
    for (let t = 0; t < length; t++) {
      const q = (start + t) * 3 * width + head;
      const o = (start + t) * width + head;
      let ownDelta = 0;
      for (let c = 0; c < size; c++) ownDelta += dout[o + c] * out[o + c];
      delta[bh * length + t] = ownDelta;
      for (let j = 0; j <= t; j++) {
        if (mask[start + j] === 0) continue;
        const k = (start + j) * 3 * width + width + head;
        const v = k + width;
        let score = 0;
        let dp = 0;
        for (let c = 0; c < size; c++) {
          score += qkv[q + c] * qkv[k + c];
          dp += dout[o + c] * qkv[v + c];
        }
        const p = Math.exp(score * scale - logSumExp[bh * length + t]);
        const dscore = p * (dp - ownDelta) * scale;
        for (let c = 0; c < size; c++) {
          dqkv[q + c] += dscore * qkv[k + c];
          dqkv[k + c] += dscore * qkv[q + c];
          dqkv[v + c] += p * dout[o + c];
        }
      }
    }
  }
}

defineKernel<Attrs>({
  name: 'CausalAttention',
  inputs: ['qkv', 'mask'],
  outputs: ([shape], attrs) => {
    const { batch, length, width, heads } = sizes(shape, attrs);
    return [
      { shape: [batch, length, width], dtype: 'float32' },
      { shape: [batch, heads, length], dtype: 'float32' },
    ];
  },
  reference: ([qkv, mask], [out, logSumExp], [shape], attrs) =>
    causalAttentionReference(qkv, mask, out, logSumExp, sizes(shape, attrs)),
  wasm: {
    scratch: ([shape], attrs) => {
      const { slots, size, padded } = packedSizes(shape, attrs);
      return slots + size * slots + 2 * slots * padded + 4 * slots + 4 * padded;
    },
    calls: (inputs, outputs, [shape], attrs) => {
      const { batch, length, width, heads } = sizes(shape, attrs);
      const args = [...inputs, ...outputs, length, width, heads, attrs.scale];
      return [{ kernel: 'causalAttention', args, items: batch * heads, work: 2 * batch * width * length ** 2 }];
    },
  },
  program: ([qkv, mask], [out, logSumExp], attrs) => [
    forwardPass([out, logSumExp, qkv, mask], { ...sizes(qkv.shape, attrs), scale: attrs.scale }),
  ],
});

defineKernel<Attrs>({
  name: 'CausalAttentionGrad',
  inputs: ['dout', 'qkv', 'mask', 'out', 'logSumExp'],
  outputs: ([dout, qkv], { heads }) => [
    { shape: qkv, dtype: 'float32' },
    { shape: [dout[0], heads, dout[1]], dtype: 'float32' },
  ],
  reference: ([dout, qkv, mask, out, logSumExp], [dqkv, delta], [, shape], attrs) =>
    causalAttentionGradReference(dout, qkv, mask, out, logSumExp, dqkv, delta, sizes(shape, attrs)),
  wasm: {
    scratch: ([, shape], attrs) => {
      const { slots, size, padded } = packedSizes(shape, attrs);
      return slots + 2 * size * slots + 4 * slots * padded + 2 * slots ** 2 + 4 * padded;
    },
    calls: (inputs, outputs, [, shape], attrs) => {
      const { batch, length, width, heads } = sizes(shape, attrs);
      const args = [...inputs, ...outputs, length, width, heads, attrs.scale];
      return [{ kernel: 'causalAttentionGrad', args, items: batch * heads, work: 5 * batch * width * length ** 2 }];
    },
  },
  program: ([dout, qkv, mask, out, logSumExp], [dqkv, delta], attrs) =>
    gradientPasses([dqkv, delta, dout, qkv, mask, out, logSumExp], [dqkv, delta, dout, qkv, mask, logSumExp], {
      ...sizes(qkv.shape, attrs),
      scale: attrs.scale,
    }),
});

// Saved from the forward pass: qkv, mask, out and the log-sum-exp; probabilities are computed again.
tf.registerGradient({
  kernelName: 'CausalAttention',
  inputsToSave: ['qkv', 'mask'],
  outputsToSave: [true, true],
  gradFunc: (dys, [qkv, mask, out, logSumExp], attrs) => {
    const dout = (dys as Tensor[])[0];
    return {
      qkv: () => {
        const [dqkv, delta] = runKernel('CausalAttentionGrad', { dout, qkv, mask, out, logSumExp }, attrs);
        delta.dispose();
        return dqkv;
      },
    };
  },
});

/**
 * Heads are read four channels at a time; other head sizes are filled up with zeros, at the cost of two copies.
 * @param qkv [B, T, 3C] queries, keys and values of every position, heads contiguous inside each third
 * @param mask [B, T] float32, 1 where the position holds a real token
 * @param heads divides C
 * @returns [B, T, C], heads contiguous
 * @throws RangeError when the shapes or the number of heads do not fit
 */
export function causalAttention(qkv: Tensor3D, mask: Tensor2D, heads: number): Tensor3D {
  expectShape('causalAttention', 'qkv', qkv, [-1, -1, -1]);
  expectShape('causalAttention', 'mask', mask, [qkv.shape[0], qkv.shape[1]]);
  expectType('causalAttention', 'mask', mask, 'float32');
  const size = qkv.shape[2] / 3 / heads;
  if (!(size > 0 && Number.isInteger(size))) {
    throw new RangeError(
      `causalAttention: ${heads} heads of qkv [${qkv.shape}] have ${size} channels; expected a whole number.`,
    );
  }
  const scale = 1 / Math.sqrt(size);
  const filled = filledHeadSize(size);
  if (filled === size) return attend(qkv, mask, heads, scale);
  return tf.tidy(() => {
    const out = attend(resizeHeads(qkv, 3 * heads, filled), mask, heads, scale);
    return resizeHeads(out, heads, size);
  });
}

function attend(qkv: Tensor3D, mask: Tensor2D, heads: number, scale: number): Tensor3D {
  const [out, logSumExp] = runKernel('CausalAttention', { qkv, mask }, { heads, scale });
  logSumExp.dispose();
  return out as Tensor3D;
}
