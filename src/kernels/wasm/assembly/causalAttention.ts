// Causal attention and its gradient for the wasm engine. See kernels/causalAttention.ts for formulas and layouts.
// The head size is a multiple of 4. `scratch` holds one row of scores, padded to a multiple of 4.
import { exp1, exp4, log1, sum4 } from './exp';

const HIDDEN: f32 = -1e30;

@inline
function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  return sum4(sum);
}

// y += factor · x
@inline
function addScaled(y: usize, x: usize, factor: f32, bytes: usize): void {
  const f = f32x4.splat(factor);
  for (let at: usize = 0; at < bytes; at += 16) v128.store(y + at, f32x4.add(v128.load(y + at), f32x4.mul(f, v128.load(x + at))));
}

export function causalAttention(
  qkv: usize, mask: usize, out: usize, logSumExp: usize, scratch: usize,
  batch: i32, length: i32, width: i32, heads: i32, scale: f32,
): void {
  const size = width / heads;
  const bytes = (<usize>size) << 2;
  const stride = (<usize>(3 * width)) << 2;
  const third = (<usize>width) << 2;
  memory.fill(out, 0, (<usize>(batch * length * width)) << 2);
  for (let b = 0; b < batch; b++) {
    const rows = qkv + <usize>(b * length) * stride;
    const visible = mask + ((<usize>(b * length)) << 2);
    for (let h = 0; h < heads; h++) {
      const head = <usize>h * bytes;
      for (let t = 0; t < length; t++) {
        const q = rows + <usize>t * stride + head;
        let highest: f32 = HIDDEN;
        for (let j = 0; j <= t; j++) {
          let score: f32 = HIDDEN;
          if (load<f32>(visible + ((<usize>j) << 2)) != 0) {
            score = dot(q, rows + <usize>j * stride + third + head, bytes) * scale;
            highest = max(highest, score);
          }
          store<f32>(scratch + ((<usize>j) << 2), score);
        }
        const lse = logSumExp + ((<usize>((b * heads + h) * length + t)) << 2);
        if (highest == HIDDEN) {
          store<f32>(lse, 0);
          continue;
        }
        for (let j = t + 1; j < ((t + 4) & ~3); j++) store<f32>(scratch + ((<usize>j) << 2), HIDDEN);
        let total = f32x4.splat(0);
        for (let j = 0; j <= t; j += 4) {
          const at = scratch + ((<usize>j) << 2);
          const e = exp4(f32x4.sub(v128.load(at), f32x4.splat(highest)));
          v128.store(at, e);
          total = f32x4.add(total, e);
        }
        const weight = sum4(total);
        store<f32>(lse, highest + log1(weight));
        const o = out + (<usize>(b * length + t)) * third + head;
        for (let j = 0; j <= t; j++) {
          const p = load<f32>(scratch + ((<usize>j) << 2)) / weight;
          if (p != 0) addScaled(o, rows + <usize>j * stride + 2 * third + head, p, bytes);
        }
      }
    }
  }
}

export function causalAttentionGrad(
  dout: usize, qkv: usize, mask: usize, out: usize, logSumExp: usize, dqkv: usize, delta: usize,
  batch: i32, length: i32, width: i32, heads: i32, scale: f32,
): void {
  const size = width / heads;
  const bytes = (<usize>size) << 2;
  const stride = (<usize>(3 * width)) << 2;
  const third = (<usize>width) << 2;
  memory.fill(dqkv, 0, <usize>(batch * length) * stride);
  for (let b = 0; b < batch; b++) {
    const first = <usize>(b * length);
    const visible = mask + (first << 2);
    for (let h = 0; h < heads; h++) {
      const head = <usize>h * bytes;
      for (let t = 0; t < length; t++) {
        const q = qkv + (first + t) * stride + head;
        const dq = dqkv + (first + t) * stride + head;
        const d = dout + (first + t) * third + head;
        const row = (<usize>((b * heads + h) * length + t)) << 2;
        const own = dot(d, out + (first + t) * third + head, bytes);
        const lse = load<f32>(logSumExp + row);
        store<f32>(delta + row, own);
        for (let j = 0; j <= t; j++) {
          if (load<f32>(visible + ((<usize>j) << 2)) == 0) continue;
          const at = (first + j) * stride + head + third;
          const k = qkv + at;
          const p = exp1(dot(q, k, bytes) * scale - lse);
          const dscore = p * (dot(d, k + third, bytes) - own) * scale;
          addScaled(dq, k, dscore, bytes);
          addScaled(dqkv + at, q, dscore, bytes);
          addScaled(dqkv + at + third, d, p, bytes);
        }
      }
    }
  }
}
