// Single-precision matrix product for the wasm engine. Compiled by `npm run build:wasm`.
//
//   C[m, n] = Σ_k A(m, k) · B(k, n)  + bias[n] + residual[m, n]
//
// A piece of work is a panel of 8 columns of C, in ROW_BLOCK rows of it (in all rows where A is transposed). For every piece
// the panel of B is packed, [k][8], so that the inner loop reads it in order whatever its layout, K_BLOCK rows at a time,
// so that it stays in the first-level cache. A transposed A is packed as well, a strip of 4 rows at a time, [k][4]: reading
// it through its stride would touch a new page every step. A 4 x 8 tile of C lives in registers.

import { TABLE_BYTES } from './exp';

const LANES: i32 = 8;
const K_BLOCK: i32 = 512;
const ROW_BLOCK: i32 = 256;
// Panels that share a packed strip of a transposed A.
const GROUP: i32 = 16;
const PANEL_BYTES: usize = K_BLOCK * LANES * 4;

// Four rows of four values, `step` bytes apart, to the columns of a panel.
@inline
function transpose4(from: usize, step: usize, to: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + step), r2 = v128.load(from + 2 * step), r3 = v128.load(from + 3 * step);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}

@inline
function packPanel(b: usize, packed: usize, first: i32, last: i32, column: i32, n: i32, strideK: i32, strideN: i32): void {
  const width = min(LANES, n - column);
  let out = packed;
  if (width == LANES && strideN == 1) {
    for (let row = first; row < last; row++) {
      const from = b + ((<usize>(row * strideK + column)) << 2);
      v128.store(out, v128.load(from));
      v128.store(out, v128.load(from, 16), 16);
      out += LANES * 4;
    }
    return;
  }
  let row = first;
  if (width == LANES && strideK == 1) {
    const step = (<usize>strideN) << 2;
    const whole = last - (last - first) % 4;
    for (; row < whole; row += 4) {
      const from = b + ((<usize>(row + column * strideN)) << 2);
      transpose4(from, step, out);
      transpose4(from + 4 * step, step, out + 16);
      out += LANES * 16;
    }
  }
  for (; row < last; row++) {
    const from = b + ((<usize>(row * strideK + column * strideN)) << 2);
    for (let lane = 0; lane < LANES; lane++) {
      const value = lane < width ? load<f32>(from + ((<usize>(lane * strideN)) << 2)) : 0;
      store<f32>(out + ((<usize>lane) << 2), value);
    }
    out += LANES * 4;
  }
}

@inline
function lane8(lo: v128, hi: v128, lane: i32): f32 {
  switch (lane) {
    case 0: return f32x4.extract_lane(lo, 0);
    case 1: return f32x4.extract_lane(lo, 1);
    case 2: return f32x4.extract_lane(lo, 2);
    case 3: return f32x4.extract_lane(lo, 3);
    case 4: return f32x4.extract_lane(hi, 0);
    case 5: return f32x4.extract_lane(hi, 1);
    case 6: return f32x4.extract_lane(hi, 2);
    default: return f32x4.extract_lane(hi, 3);
  }
}

// One row of a tile. `add` is what the result is added to: C itself after the first block of k, else the residual or 0.
function finish(at: usize, add: usize, bias: usize, width: i32, lo: v128, hi: v128): void {
  if (width == LANES) {
    if (bias) {
      lo = f32x4.add(lo, v128.load(bias));
      hi = f32x4.add(hi, v128.load(bias, 16));
    }
    if (add) {
      lo = f32x4.add(lo, v128.load(add));
      hi = f32x4.add(hi, v128.load(add, 16));
    }
    v128.store(at, lo);
    v128.store(at, hi, 16);
    return;
  }
  for (let lane = 0; lane < width; lane++) {
    const offset = (<usize>lane) << 2;
    let value = lane8(lo, hi, lane);
    if (bias) value += load<f32>(bias + offset);
    if (add) value += load<f32>(add + offset);
    store<f32>(at + offset, value);
  }
}

@inline
function storeRow(at: usize, add: usize, lo: v128, hi: v128): void {
  if (add) {
    lo = f32x4.add(lo, v128.load(add));
    hi = f32x4.add(hi, v128.load(add, 16));
  }
  v128.store(at, lo);
  v128.store(at, hi, 16);
}

// A 4 x 8 tile of C from four rows of A (walked by `step` bytes) and one packed panel of B.
@inline
function tile(
  c: usize, p0: usize, p1: usize, p2: usize, p3: usize, step: usize, panelAt: usize, end: usize,
  row: i32, column: i32, m: i32, n: i32, bias: usize, add: usize,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  for (let q = panelAt; q < end; q += LANES * 4) {
    const b0 = v128.load(q);
    const b1 = v128.load(q, 16);
    const a0 = v128.load32_splat(p0);
    c00 = f32x4.add(c00, f32x4.mul(a0, b0));
    c01 = f32x4.add(c01, f32x4.mul(a0, b1));
    const a1 = v128.load32_splat(p1);
    c10 = f32x4.add(c10, f32x4.mul(a1, b0));
    c11 = f32x4.add(c11, f32x4.mul(a1, b1));
    const a2 = v128.load32_splat(p2);
    c20 = f32x4.add(c20, f32x4.mul(a2, b0));
    c21 = f32x4.add(c21, f32x4.mul(a2, b1));
    const a3 = v128.load32_splat(p3);
    c30 = f32x4.add(c30, f32x4.mul(a3, b0));
    c31 = f32x4.add(c31, f32x4.mul(a3, b1));
    p0 += step; p1 += step; p2 += step; p3 += step;
  }
  const width = min(LANES, n - column);
  const stride = (<usize>n) << 2;
  const at = (<usize>(row * n + column)) << 2;
  if (bias) bias += (<usize>column) << 2;
  if (add) add += at;
  c += at;
  if (width == LANES && row + 3 < m) {
    if (bias) {
      const b0 = v128.load(bias);
      const b1 = v128.load(bias, 16);
      c00 = f32x4.add(c00, b0); c01 = f32x4.add(c01, b1); c10 = f32x4.add(c10, b0); c11 = f32x4.add(c11, b1);
      c20 = f32x4.add(c20, b0); c21 = f32x4.add(c21, b1); c30 = f32x4.add(c30, b0); c31 = f32x4.add(c31, b1);
    }
    storeRow(c, add, c00, c01);
    storeRow(c + stride, add ? add + stride : 0, c10, c11);
    storeRow(c + 2 * stride, add ? add + 2 * stride : 0, c20, c21);
    storeRow(c + 3 * stride, add ? add + 3 * stride : 0, c30, c31);
    return;
  }
  finish(c, add, bias, width, c00, c01);
  if (row + 1 < m) finish(c + stride, add ? add + stride : 0, bias, width, c10, c11);
  if (row + 2 < m) finish(c + 2 * stride, add ? add + 2 * stride : 0, bias, width, c20, c21);
  if (row + 3 < m) finish(c + 3 * stride, add ? add + 3 * stride : 0, bias, width, c30, c31);
}

function packStrip(a: usize, strip: usize, first: i32, last: i32, row: i32, m: i32): void {
  const stride = (<usize>m) << 2;
  let from = a + ((<usize>(first * m + row)) << 2);
  let to = strip;
  if (row + 4 <= m) {
    for (let i = first; i < last; i++) {
      v128.store(to, v128.load(from));
      from += stride;
      to += 16;
    }
    return;
  }
  // Past the last row the last one again: the tile computes it and stores nothing.
  const r1 = (<usize>min(1, m - 1 - row)) << 2, r2 = (<usize>min(2, m - 1 - row)) << 2;
  for (let i = first; i < last; i++) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + r1), 4);
    store<f32>(to, load<f32>(from + r2), 8);
    store<f32>(to, 0, 12);
    from += stride;
    to += 16;
  }
}

// Scratch: GROUP panels and a strip of K_BLOCK rows each.
export function matMul(
  a: usize, b: usize, c: usize, bias: usize, residual: usize,
  m: i32, k: i32, n: i32, isTransposedA: bool, bRow: i32, bColumn: i32,
  scratch: usize, from: i32, to: i32,
): void {
  scratch += TABLE_BYTES;
  const panels = (n + LANES - 1) / LANES;
  if (isTransposedA) {
    for (let group = from; group < to; group += GROUP) {
      strips(a, b, c, bias, residual, m, k, n, bRow, bColumn, scratch, group, min(group + GROUP, to));
    }
    return;
  }
  for (let item = from; item < to; item++) {
    const panel = item % panels;
    const row = (item / panels) * ROW_BLOCK;
    rows(a, b, c, bias, residual, m, k, n, bRow, bColumn, scratch, panel * LANES, row, min(m, row + ROW_BLOCK));
  }
}

// One panel of columns in some rows of C.
@inline
function rows(
  a: usize, b: usize, c: usize, bias: usize, residual: usize, m: i32, k: i32, n: i32, bRow: i32, bColumn: i32,
  packed: usize, column: i32, firstRow: i32, lastRow: i32,
): void {
  const stride = (<usize>k) << 2;
  const bottom = m - 1;
  for (let first = 0; first == 0 || first < k; first += K_BLOCK) {
    const last = min(first + K_BLOCK, k);
    packPanel(b, packed, first, last, column, n, bRow, bColumn);
    const end = packed + <usize>(last - first) * (LANES * 4);
    const left = a + ((<usize>first) << 2);
    for (let row = firstRow; row < lastRow; row += 4) {
      const p0 = left + <usize>row * stride;
      const p1 = left + <usize>min(row + 1, bottom) * stride;
      const p2 = left + <usize>min(row + 2, bottom) * stride;
      const p3 = left + <usize>min(row + 3, bottom) * stride;
      tile(c, p0, p1, p2, p3, 4, packed, end, row, column, m, n, first ? 0 : bias, first ? c : residual);
    }
  }
}

// Some panels of columns in all rows of C, with A transposed.
@inline
function strips(
  a: usize, b: usize, c: usize, bias: usize, residual: usize, m: i32, k: i32, n: i32, bRow: i32, bColumn: i32,
  packed: usize, firstPanel: i32, lastPanel: i32,
): void {
  const strip = packed + <usize>GROUP * PANEL_BYTES;
  for (let first = 0; first == 0 || first < k; first += K_BLOCK) {
    const last = min(first + K_BLOCK, k);
    const bytes = <usize>(last - first) * (LANES * 4);
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      packPanel(b, packed + <usize>(panel - firstPanel) * PANEL_BYTES, first, last, panel * LANES, n, bRow, bColumn);
    }
    for (let row = 0; row < m; row += 4) {
      packStrip(a, strip, first, last, row, m);
      for (let panel = firstPanel; panel < lastPanel; panel++) {
        const at = packed + <usize>(panel - firstPanel) * PANEL_BYTES;
        tile(c, strip, strip + 4, strip + 8, strip + 12, 16, at, at + bytes, row, panel * LANES, m, n,
          first ? 0 : bias, first ? c : residual);
      }
    }
  }
}
