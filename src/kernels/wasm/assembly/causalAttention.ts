// Causal attention and its gradient for the wasm engine. See kernels/causalAttention.ts for formulas and layouts.
// A piece is one head of one row of the batch: its queries, keys and values are packed, then everything is a product of
// small matrices, four rows at a time. The head size is a multiple of 4; packed sizes are filled up to multiples of 8.
import { exp4, log1, max4, sum4, TABLE_BYTES, writeExpTable } from './exp';
import { packRows, product4, transposeRows } from './tile';

const HIDDEN: f32 = -1e30;

@inline
function roundUp8(n: i32): i32 {
  return (n + 7) & ~7;
}

@inline
function floats(n: i32): usize {
  return (<usize>n) << 2;
}

// All bits set where a key may be seen, up to `slots`.
function packVisible(mask: usize, visible: usize, length: i32, slots: i32): void {
  for (let j = 0; j < slots; j++) {
    const isSeen = j < length && load<f32>(mask + floats(j)) != 0;
    store<i32>(visible + floats(j), isSeen ? -1 : 0);
  }
}

// Scores of one query to weights, in place; `count` slots, of which those after `last` lie in the future.
// Returns the sum of the weights, and 0 where no key is seen.
@inline
function softmaxRow(scores: usize, visible: usize, lse: usize, last: i32, count: i32, scale: f32, table: usize): f32 {
  for (let j = last + 1; j < count; j++) store<f32>(scores + floats(j), HIDDEN);
  const bytes = floats(count);
  const factor = f32x4.splat(scale);
  let highest4 = f32x4.splat(HIDDEN);
  for (let at: usize = 0; at < bytes; at += 16) {
    const score = v128.bitselect(f32x4.mul(v128.load(scores + at), factor), f32x4.splat(HIDDEN), v128.load(visible + at));
    v128.store(scores + at, score);
    highest4 = f32x4.max(highest4, score);
  }
  const highest = max4(highest4);
  if (highest <= HIDDEN * 0.5 * min<f32>(scale, 1)) {
    for (let at: usize = 0; at < bytes; at += 16) v128.store(scores + at, f32x4.splat(0));
    store<f32>(lse, 0);
    return 0;
  }
  let total = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = exp4(f32x4.sub(v128.load(scores + at), f32x4.splat(highest)), table);
    v128.store(scores + at, weight);
    total = f32x4.add(total, weight);
  }
  const sum = sum4(total);
  store<f32>(lse, highest + log1(sum));
  return sum;
}

// Scratch, in floats: slots + size·slots + 2·slots·padded + 4·slots + 4·padded.
export function causalAttention(
  qkv: usize, mask: usize, out: usize, logSumExp: usize,
  length: i32, width: i32, heads: i32, scale: f32,
  scratch: usize, from: i32, to: i32,
): void {
  const size = width / heads;
  const slots = roundUp8(length);
  const padded = roundUp8(size);
  const stride = floats(3 * width);
  const third = floats(width);
  writeExpTable(scratch);
  const visible = scratch + TABLE_BYTES;
  const keysAcross = visible + floats(slots);
  const keys = keysAcross + floats(size * slots);
  const values = keys + floats(slots * padded);
  const scores = values + floats(slots * padded);
  const mixed = scores + floats(4 * slots);
  const row = floats(slots);
  for (let piece = from; piece < to; piece++) {
    const b = piece / heads;
    const head = floats((piece % heads) * size);
    const q = qkv + <usize>(b * length) * stride + head;
    packVisible(mask + floats(b * length), visible, length, slots);
    packRows(q + third, stride, keys, visible, length, size, padded);
    transposeRows(keys, keysAcross, length, size, padded, slots);
    packRows(q + 2 * third, stride, values, visible, length, size, padded);
    for (let t = 0; t < length; t += 4) {
      const q0 = q + <usize>t * stride;
      const q1 = q + <usize>min(t + 1, length - 1) * stride;
      const q2 = q + <usize>min(t + 2, length - 1) * stride;
      const q3 = q + <usize>min(t + 3, length - 1) * stride;
      const seen = roundUp8(min(t + 4, length));
      product4(scores, row, q0, q1, q2, q3, 4, keysAcross, row, seen, size);
      const queries = min(4, length - t);
      const lse = logSumExp + floats(piece * length + t);
      let w0: f32 = softmaxRow(scores, visible, lse, t, seen, scale, scratch), w1: f32 = 0, w2: f32 = 0, w3: f32 = 0;
      if (queries > 1) w1 = softmaxRow(scores + row, visible, lse + 4, t + 1, seen, scale, scratch);
      if (queries > 2) w2 = softmaxRow(scores + 2 * row, visible, lse + 8, t + 2, seen, scale, scratch);
      if (queries > 3) w3 = softmaxRow(scores + 3 * row, visible, lse + 12, t + 3, seen, scale, scratch);
      product4(
        mixed, floats(padded), scores, scores + row, scores + 2 * row, scores + 3 * row, 4,
        values, floats(padded), padded, min(t + 4, length),
      );
      for (let i = 0; i < queries; i++) {
        const weight = i == 0 ? w0 : i == 1 ? w1 : i == 2 ? w2 : w3;
        const factor = f32x4.splat(weight == 0 ? 0 : 1 / weight);
        const o = out + <usize>(b * length + t + i) * third + head;
        const m = mixed + <usize>i * floats(padded);
        for (let at: usize = 0; at < floats(size); at += 16) v128.store(o + at, f32x4.mul(v128.load(m + at), factor));
      }
    }
  }
}

// Probabilities and the gradient of the scores of one query, in place of scores and of dout · v.
@inline
function scoreGradRow(
  scores: usize, dots: usize, visible: usize, lse: f32, own: f32, last: i32, count: i32, scale: f32, table: usize,
): void {
  const bytes = floats(count);
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = exp4(f32x4.sub(f32x4.mul(v128.load(scores + at), f32x4.splat(scale)), f32x4.splat(lse)), table);
    v128.store(scores + at, v128.and(p, v128.load(visible + at)));
  }
  for (let j = last + 1; j < count; j++) store<f32>(scores + floats(j), 0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const d = f32x4.mul(f32x4.sub(v128.load(dots + at), f32x4.splat(own)), f32x4.splat(scale));
    v128.store(dots + at, f32x4.mul(v128.load(scores + at), d));
  }
}

function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  return sum4(sum);
}

// Stores up to 4 rows of `size` floats from packed rows.
@inline
function unpack(packed: usize, step: usize, to: usize, stride: usize, rows: i32, bytes: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(packed + at));
    packed += step;
    to += stride;
  }
}

// Scratch, in floats: slots + 2·size·slots + 4·slots·padded + 2·slots·slots + 4·padded.
export function causalAttentionGrad(
  dout: usize, qkv: usize, mask: usize, out: usize, logSumExp: usize, dqkv: usize, delta: usize,
  length: i32, width: i32, heads: i32, scale: f32,
  scratch: usize, from: i32, to: i32,
): void {
  const size = width / heads;
  const bytes = floats(size);
  const slots = roundUp8(length);
  const padded = roundUp8(size);
  const stride = floats(3 * width);
  const third = floats(width);
  const row = floats(slots);
  const step = floats(padded);
  writeExpTable(scratch);
  const visible = scratch + TABLE_BYTES;
  const keysAcross = visible + row;
  const valuesAcross = keysAcross + floats(size * slots);
  const keys = valuesAcross + floats(size * slots);
  const values = keys + floats(slots * padded);
  const queries = values + floats(slots * padded);
  const douts = queries + floats(slots * padded);
  const weights = douts + floats(slots * padded);
  const dscores = weights + floats(slots * slots);
  const tile = dscores + floats(slots * slots);
  for (let piece = from; piece < to; piece++) {
    const b = piece / heads;
    const head = floats((piece % heads) * size);
    const q = qkv + <usize>(b * length) * stride + head;
    const dq = dqkv + <usize>(b * length) * stride + head;
    const o = out + <usize>(b * length) * third + head;
    const d = dout + <usize>(b * length) * third + head;
    packVisible(mask + floats(b * length), visible, length, slots);
    packRows(q, stride, queries, 0, length, size, padded);
    packRows(q + third, stride, keys, visible, length, size, padded);
    packRows(q + 2 * third, stride, values, visible, length, size, padded);
    packRows(d, third, douts, 0, length, size, padded);
    transposeRows(keys, keysAcross, length, size, padded, slots);
    transposeRows(values, valuesAcross, length, size, padded, slots);
    for (let t = 0; t < length; t += 4) {
      const count = min(4, length - t);
      const seen = roundUp8(min(t + 4, length));
      const w = weights + <usize>t * row;
      const s = dscores + <usize>t * row;
      const at = <usize>t * step;
      const s1 = <usize>min(1, count - 1) * step, s2 = <usize>min(2, count - 1) * step, s3 = <usize>min(3, count - 1) * step;
      product4(w, row, queries + at, queries + at + s1, queries + at + s2, queries + at + s3, 4, keysAcross, row, seen, size);
      product4(s, row, douts + at, douts + at + s1, douts + at + s2, douts + at + s3, 4, valuesAcross, row, seen, size);
      for (let i = 0; i < count; i++) {
        const index = floats(piece * length + t + i);
        const own = dot(d + <usize>(t + i) * third, o + <usize>(t + i) * third, bytes);
        store<f32>(delta + index, own);
        scoreGradRow(
          w + <usize>i * row, s + <usize>i * row, visible, load<f32>(logSumExp + index), own, t + i, seen, scale, scratch,
        );
      }
      product4(tile, step, s, s + row, s + 2 * row, s + 3 * row, 4, keys, step, padded, min(t + 4, length));
      unpack(tile, step, dq + <usize>t * stride, stride, count, bytes);
    }
    // Keys and values collect from the queries after them; a column of weights is walked from its first such query.
    for (let j = 0; j < length; j += 4) {
      const rows = min(4, length - j);
      const first = <usize>j * row + floats(j);
      const queriesFrom = <usize>j * step;
      const s = dscores + first;
      const w = weights + first;
      product4(tile, step, s, s + 4, s + 8, s + 12, row, queries + queriesFrom, step, padded, length - j);
      unpack(tile, step, dq + third + <usize>j * stride, stride, rows, bytes);
      product4(tile, step, w, w + 4, w + 8, w + 12, row, douts + queriesFrom, step, padded, length - j);
      unpack(tile, step, dq + 2 * third + <usize>j * stride, stride, rows, bytes);
    }
  }
}
