/**
 * Attention of one new token per row against stored keys and values, for generation. No gradient.
 *   cache[b, slot] = k_b | v_b;   out_b = Σ_{j ≤ slot} p_bj · v_bj,   p_b = softmax over visible j of (q_b · k_bj) / √D
 * Slot j < `slot` is visible iff mask[b, j] = 1; the own slot always is.
 * qkv [B, 3C], cache [B, Tmax, 2C] (k | v), mask [B, Tmax], out [B, C]. The cache is written in place: appending with
 * plain ops would copy all of it for every token.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import attentionSource from '../../shaders/decodeAttention.wgsl?raw';
import writeSource from '../../shaders/writeKvCache.wgsl?raw';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { filledHeadSize, resizeHeads } from './resizeHeads';
import { expectShape, expectType } from './shapes';
import { unroll } from './unroll';

const WRITE_WORKGROUP = 64;
/** There are only batch · heads threads: small workgroups spread them. */
const DECODE_WORKGROUP = 16;

interface CacheSizes {
  batch: number;
  /** Tmax */
  slots: number;
  /** C */
  width: number;
}

/** Copies k | v of `length` positions of each row to cache slots from `slot` on. */
export function writeKvCacheReference(
  qkv: HostArray,
  cache: HostArray,
  slot: number,
  length: number,
  { batch, slots, width }: CacheSizes,
): void {
  for (let row = 0; row < batch; row++) {
    for (let t = 0; t < length; t++) {
      const from = (row * length + t) * 3 * width + width;
      const to = (row * slots + slot + t) * 2 * width;
      for (let c = 0; c < 2 * width; c++) cache[to + c] = qkv[from + c];
    }
  }
}

export function decodeAttentionReference(
  qkv: HostArray,
  cache: HostArray,
  mask: HostArray,
  out: HostArray,
  slot: number,
  heads: number,
  sizes: CacheSizes,
  scale = 1 / Math.sqrt(sizes.width / heads),
): void {
  const { batch, slots, width } = sizes;
  const size = width / heads;
  const scores = new Float64Array(slot + 1);
  writeKvCacheReference(qkv, cache, slot, 1, sizes);
  out.fill(0);
  for (let thread = 0; thread < batch * heads; thread++) {
    const row = Math.floor(thread / heads);
    const head = (thread % heads) * size;
    const q = row * 3 * width + head;
    const o = row * width + head;
    let highest = -Infinity;
    for (let j = 0; j <= slot; j++) {
      if (j < slot && mask[row * slots + j] === 0) continue;
      const k = (row * slots + j) * 2 * width + head;
      let score = 0;
      for (let c = 0; c < size; c++) score += qkv[q + c] * cache[k + c];
      scores[j] = score * scale;
      if (scores[j] > highest) highest = scores[j];
    }
    let weight = 0;
    for (let j = 0; j <= slot; j++) {
      if (j < slot && mask[row * slots + j] === 0) continue;
      const v = (row * slots + j) * 2 * width + width + head;
      const p = Math.exp(scores[j] - highest);
      weight += p;
      for (let c = 0; c < size; c++) out[o + c] += p * cache[v + c];
    }
    for (let c = 0; c < size; c++) out[o + c] /= weight;
  }
}

interface Attrs {
  slot: number;
}

defineKernel<Attrs>({
  name: 'WriteKvCache',
  inputs: ['qkv', 'cache'],
  outputs: () => [],
  reference: ([qkv, cache], _, [[batch, length, joint], [, slots]], { slot }) =>
    writeKvCacheReference(qkv, cache, slot, length, { batch, slots, width: joint / 3 }),
  wasm: {
    fits: ([[, , joint]]) => joint % 12 === 0,
    calls: (inputs, _, [[batch, length, joint], [, slots]], { slot }) => {
      const args = [...inputs, length, slots, slot, joint / 3];
      return [{ kernel: 'writeKvCache', args, items: batch, work: batch * length * joint }];
    },
  },
  program: ([qkv, cache], _, { slot }) => {
    const [batch, length, joint] = qkv.shape;
    const size = (batch * length * joint * 2) / 3;
    return [
      {
        file: 'shaders/writeKvCache.wgsl',
        source: writeSource,
        constants: { WIDTH: joint / 3, WORKGROUP: WRITE_WORKGROUP },
        bindings: [cache, qkv],
        uniforms: [u32('size', size), u32('length', length), u32('slots', cache.shape[1]), u32('slot', slot)],
        workgroups: linearGroups(size, WRITE_WORKGROUP),
      },
    ];
  },
});

defineKernel<Attrs & { heads: number; scale: number }>({
  name: 'DecodeAttention',
  inputs: ['qkv', 'cache', 'mask'],
  outputs: ([[batch, joint]]) => [{ shape: [batch, joint / 3], dtype: 'float32' }],
  reference: ([qkv, cache, mask], [out], [[batch, joint], [, slots]], { slot, heads, scale }) =>
    decodeAttentionReference(qkv, cache, mask, out, slot, heads, { batch, slots, width: joint / 3 }, scale),
  wasm: {
    fits: ([[, joint]], { heads }) => (joint / 3 / heads) % 4 === 0,
    scratch: (_, { slot }) => slot + 4,
    calls: (inputs, outputs, [[batch, joint], [, slots]], { slot, heads, scale }) => {
      const args = [...inputs, ...outputs, slots, slot, joint / 3, heads, scale];
      return [{ kernel: 'decodeAttention', args, items: batch, work: 2 * batch * joint * (slot + 1) }];
    },
  },
  program: ([qkv, cache, mask], [out], { slot, heads, scale }) => {
    const [batch, width] = out.shape;
    const size = width / heads;
    return [
      {
        file: 'shaders/decodeAttention.wgsl',
        source: unroll(attentionSource, size / 4),
        constants: { HEADS: heads, QUADS: size / 4, WORKGROUP: DECODE_WORKGROUP },
        bindings: [out, cache, qkv, mask],
        uniforms: [u32('heads', batch * heads), u32('slots', cache.shape[1]), u32('slot', slot), f32('scale', scale)],
        workgroups: linearGroups(batch * heads, DECODE_WORKGROUP),
      },
    ];
  },
});

/** @throws RangeError unless `length` positions from `slot` on fit the cache */
function checkSlots(where: string, cache: Tensor3D, slot: number, length: number): void {
  const slots = cache.shape[1];
  if (Number.isInteger(slot) && slot >= 0 && slot + length <= slots) return;
  throw new RangeError(`${where}: slot ${slot} with ${length} positions does not fit a cache of ${slots} slots.`);
}

/**
 * Stores keys and values of a whole prompt: slot + t of `cache` takes position t of `qkv`. Writes into `cache`.
 * @param qkv [B, T, 3C]
 * @param cache [B, Tmax, 2C]
 * @throws RangeError when the shapes do not fit or the slots run past the cache
 */
export function writeKvCache(qkv: Tensor3D, cache: Tensor3D, slot: number): void {
  expectShape('writeKvCache', 'qkv', qkv, [-1, -1, -1]);
  const [batch, length, joint] = qkv.shape;
  expectShape('writeKvCache', 'cache', cache, [batch, -1, (joint * 2) / 3]);
  checkSlots('writeKvCache', cache, slot, length);
  runKernel('WriteKvCache', { qkv, cache }, { slot });
}

/**
 * Stores key and value of one new token per row, then attends from it. Writes into slot `slot` of `cache`.
 * @param qkv [B, 3C] of the new tokens, heads contiguous inside each third
 * @param cache [B, Tmax, 2C], slots before `slot` filled
 * @param mask [B, Tmax] float32, 1 where the slot holds a real token
 * @param heads divides C; head sizes that are no multiple of 4 cost a copy of the cache
 * @returns [B, C]
 * @throws RangeError when shapes, slot or heads do not fit
 */
export function decodeAttention(qkv: Tensor2D, cache: Tensor3D, mask: Tensor2D, slot: number, heads: number): Tensor2D {
  expectShape('decodeAttention', 'qkv', qkv, [-1, -1]);
  const [batch, joint] = qkv.shape;
  expectShape('decodeAttention', 'cache', cache, [batch, -1, (joint * 2) / 3]);
  expectShape('decodeAttention', 'mask', mask, [batch, cache.shape[1]]);
  expectType('decodeAttention', 'mask', mask, 'float32');
  checkSlots('decodeAttention', cache, slot, 1);
  const size = joint / 3 / heads;
  if (!(size > 0 && Number.isInteger(size))) {
    throw new RangeError(
      `decodeAttention: ${heads} heads of qkv [${qkv.shape}] have ${size} channels; expected a whole number.`,
    );
  }
  const attrs = { slot, heads, scale: 1 / Math.sqrt(size) };
  const filled = filledHeadSize(size);
  if (filled === size) return runKernel('DecodeAttention', { qkv, cache, mask }, attrs)[0] as Tensor2D;
  return tf.tidy(() => {
    const row = qkv.reshape([batch, 1, joint]) as Tensor3D;
    writeKvCache(row, cache, slot);
    const wideRow = resizeHeads(row, 3 * heads, filled).reshape([batch, 3 * heads * filled]);
    const wideCache = resizeHeads(cache, 2 * heads, filled);
    const [out] = runKernel('DecodeAttention', { qkv: wideRow, cache: wideCache, mask }, attrs);
    return resizeHeads(out.reshape([batch, 1, heads * filled]), heads, size).reshape([batch, heads * size]) as Tensor2D;
  });
}
