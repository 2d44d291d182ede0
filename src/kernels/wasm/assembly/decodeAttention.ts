// Attention of one new token per row against the key/value cache. See kernels/decodeAttention.ts for the layouts.
// A piece is one row of the batch. The head size is a multiple of 4.
import { exp4, sum4, TABLE_BYTES, writeExpTable } from './exp';

const HIDDEN: f32 = -1e30;

// Copies k | v of `length` positions of a row to cache slots from `slot` on; a piece is one row of the batch.
export function writeKvCache(
  qkv: usize, cache: usize, length: i32, slots: i32, slot: i32, width: i32, scratch: usize, from: i32, to: i32,
): void {
  const bytes = (<usize>(2 * width)) << 2;
  for (let row = from; row < to; row++) {
    for (let t = 0; t < length; t++) {
      const at = qkv + ((<usize>((row * length + t) * 3 * width + width)) << 2);
      const out = cache + <usize>(row * slots + slot + t) * bytes;
      for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(at + i));
    }
  }
}

@inline
function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  return sum4(sum);
}

// Scratch: one row of scores, slots rounded up to 4.
export function decodeAttention(
  qkv: usize, cache: usize, mask: usize, out: usize, slots: i32, slot: i32, width: i32, heads: i32, scale: f32,
  scratch: usize, from: i32, to: i32,
): void {
  writeExpTable(scratch);
  const scores = scratch + TABLE_BYTES;
  writeKvCache(qkv, cache, 1, slots, slot, width, 0, from, to);
  const size = width / heads;
  const bytes = (<usize>size) << 2;
  const stride = (<usize>(2 * width)) << 2;
  const valueAt = (<usize>width) << 2;
  const padded = ((slot + 4) & ~3) << 2;
  for (let row = from; row < to; row++) {
    const seen = mask + ((<usize>(row * slots)) << 2);
    for (let h = 0; h < heads; h++) {
      const head = (<usize>h) * bytes;
      const q = qkv + ((<usize>(row * 3 * width)) << 2) + head;
      const keys = cache + <usize>(row * slots) * stride + head;
      let highest = HIDDEN;
      for (let j = 0; j <= slot; j++) {
        let score = HIDDEN;
        if (j == slot || load<f32>(seen + ((<usize>j) << 2)) != 0) {
          score = dot(q, keys + <usize>j * stride, bytes) * scale;
          highest = max(highest, score);
        }
        store<f32>(scores + ((<usize>j) << 2), score);
      }
      for (let at = (<usize>(slot + 1)) << 2; at < <usize>padded; at += 4) store<f32>(scores + at, HIDDEN);
      let total = f32x4.splat(0);
      for (let at: usize = 0; at < <usize>padded; at += 16) {
        const e = exp4(f32x4.sub(v128.load(scores + at), f32x4.splat(highest)), scratch);
        v128.store(scores + at, e);
        total = f32x4.add(total, e);
      }
      const inverse = f32x4.splat(1 / sum4(total));
      const o = out + ((<usize>(row * width)) << 2) + head;
      for (let at: usize = 0; at < bytes; at += 16) {
        let mixed = f32x4.splat(0);
        let value = keys + valueAt + at;
        for (let j = 0; j <= slot; j++) {
          const p = v128.load32_splat(scores + ((<usize>j) << 2));
          // What a hidden slot holds must not count, not even as 0 times infinity.
          if (load<f32>(scores + ((<usize>j) << 2)) != 0) mixed = f32x4.add(mixed, f32x4.mul(p, v128.load(value)));
          value += stride;
        }
        v128.store(o + at, f32x4.mul(mixed, inverse));
      }
    }
  }
}
