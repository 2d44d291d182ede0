// Draws one token per row from the whole vocabulary, a multiple of 4. See kernels/sampleTokens.ts; filters (topK, topP) go
// through the reference. A piece is one row.
import { exp4, max4, sum4, TABLE_BYTES, writeExpTable } from './exp';

// First position whose value equals `wanted`; 0 where none does, as among NaN.
function find(start: usize, bytes: usize, wanted: f32): i32 {
  for (let at: usize = 0; at < bytes; at += 4) if (load<f32>(start + at) == wanted) return <i32>(at >> 2);
  return 0;
}

// First position whose cumulative weight reaches `reach`; sums are taken four at a time in the order of the total.
function reached(weights: usize, bytes: usize, reach: f64): i32 {
  let before: f64 = 0;
  let last = 0;
  for (let at: usize = 0; at < bytes; at += 16) {
    const after = before + <f64>sum4(v128.load(weights + at));
    // Four weights of 0 are passed over even when nothing has to be reached.
    if (after < reach || after == before) {
      before = after;
      continue;
    }
    for (let lane: usize = 0; lane < 16; lane += 4) {
      const weight = load<f32>(weights + at + lane);
      if (!(weight > 0)) continue;
      last = <i32>((at + lane) >> 2);
      before += <f64>weight;
      if (before >= reach) return last;
    }
    return last;
  }
  return lastPossible(weights, bytes);
}

// Rounding left the whole sum below the draw: the last token that can be drawn at all.
function lastPossible(weights: usize, bytes: usize): i32 {
  for (let at = bytes; at > 0; at -= 4) if (load<f32>(weights + at - 4) > 0) return <i32>((at - 4) >> 2);
  return 0;
}

// Scratch: one row of weights.
export function sampleStep(
  logits: usize, uniforms: usize, tokens: usize, done: usize, mask: usize, next: usize,
  rows: i32, vocabulary: i32, responses: i32, slots: i32, temperature: f32, eos: i32, pad: i32, slot: i32, step: i32,
  scratch: usize, from: i32, to: i32,
): void {
  writeExpTable(scratch);
  const bytes = (<usize>vocabulary) << 2;
  for (let row = from; row < to; row++) {
    const start = logits + <usize>row * bytes;
    const at = (<usize>row) << 2;
    let token = pad;
    const wasDone = load<f32>(done + at) != 0;
    if (!wasDone) {
      token = draw(start, bytes, temperature, load<f32>(uniforms + ((<usize>(step * rows + row)) << 2)), scratch);
    }
    store<i32>(next + at, token);
    store<i32>(tokens + ((<usize>(row * responses + step)) << 2), token);
    store<f32>(mask + ((<usize>(row * slots + slot)) << 2), wasDone ? 0 : 1);
    if (!wasDone && token == eos) store<f32>(done + at, 1);
  }
}

@inline
function draw(start: usize, bytes: usize, temperature: f32, u: f32, table: usize): i32 {
  let highest4 = v128.load(start);
  for (let i: usize = 16; i < bytes; i += 16) highest4 = f32x4.pmax(highest4, v128.load(start + i));
  const highest = max4(highest4);
  if (temperature == 0) return find(start, bytes, highest);
  const inverse = f32x4.splat(1 / temperature);
  const weights = table + TABLE_BYTES;
  let total: f64 = 0;
  for (let i: usize = 0; i < bytes; i += 16) {
    const weight = exp4(f32x4.mul(f32x4.sub(v128.load(start + i), f32x4.splat(highest)), inverse), table);
    v128.store(weights + i, weight);
    total += <f64>sum4(weight);
  }
  return reached(weights, bytes, <f64>u * total);
}
