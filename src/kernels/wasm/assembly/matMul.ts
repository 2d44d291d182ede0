// Single-precision matrix product for the wasm engine, SIMD, one thread. Compiled by `npm run build:wasm`.
//
//   C[m, n] = Σ_k A(m, k) · B(k, n)  + bias[n] + residual[m, n]
//
// B is first packed into panels of 8 columns, [N/8][K][8], so that the inner loop reads it in order whatever its layout.
// A transposed A is packed as well, one strip of 4 rows at a time, [K][4]: reading it through its stride would touch a new
// page every step. A 4 x 8 tile of C lives in registers.

const LANES: i32 = 8;

function packPanels(b: usize, packed: usize, k: i32, n: i32, strideK: i32, strideN: i32): void {
  const panels = (n + LANES - 1) / LANES;
  let out = packed;
  for (let panel = 0; panel < panels; panel++) {
    const column = panel * LANES;
    const width = min(LANES, n - column);
    for (let row = 0; row < k; row++) {
      const from = b + ((<usize>(row * strideK + column * strideN)) << 2);
      if (width == LANES && strideN == 1) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
      } else {
        for (let lane = 0; lane < LANES; lane++) {
          const value = lane < width ? load<f32>(from + ((<usize>(lane * strideN)) << 2)) : 0;
          store<f32>(out + ((<usize>lane) << 2), value);
        }
      }
      out += LANES * 4;
    }
  }
}

@inline
function finish(c: usize, row: i32, column: i32, n: i32, lo: v128, hi: v128, bias: usize, residual: usize): void {
  const width = min(LANES, n - column);
  const at = (<usize>(row * n + column)) << 2;
  if (width == LANES) {
    if (bias) {
      lo = f32x4.add(lo, v128.load(bias + ((<usize>column) << 2)));
      hi = f32x4.add(hi, v128.load(bias + ((<usize>column) << 2), 16));
    }
    if (residual) {
      lo = f32x4.add(lo, v128.load(residual + at));
      hi = f32x4.add(hi, v128.load(residual + at, 16));
    }
    v128.store(c + at, lo);
    v128.store(c + at, hi, 16);
    return;
  }
  for (let lane = 0; lane < width; lane++) {
    let value: f32 = 0;
    switch (lane) {
      case 0: value = f32x4.extract_lane(lo, 0); break;
      case 1: value = f32x4.extract_lane(lo, 1); break;
      case 2: value = f32x4.extract_lane(lo, 2); break;
      case 3: value = f32x4.extract_lane(lo, 3); break;
      case 4: value = f32x4.extract_lane(hi, 0); break;
      case 5: value = f32x4.extract_lane(hi, 1); break;
      case 6: value = f32x4.extract_lane(hi, 2); break;
      default: value = f32x4.extract_lane(hi, 3);
    }
    const offset = (<usize>lane) << 2;
    if (bias) value += load<f32>(bias + ((<usize>column) << 2) + offset);
    if (residual) value += load<f32>(residual + at + offset);
    store<f32>(c + at + offset, value);
  }
}

// A 4 x 8 tile of C from four rows of A (walked by `step` bytes) and one panel of B.
@inline
function tile(
  c: usize, p0: usize, p1: usize, p2: usize, p3: usize, step: usize, panelAt: usize, end: usize,
  row: i32, column: i32, m: i32, n: i32, bias: usize, residual: usize,
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
  finish(c, row, column, n, c00, c01, bias, residual);
  if (row + 1 < m) finish(c, row + 1, column, n, c10, c11, bias, residual);
  if (row + 2 < m) finish(c, row + 2, column, n, c20, c21, bias, residual);
  if (row + 3 < m) finish(c, row + 3, column, n, c30, c31, bias, residual);
}

// `packed` holds K·8·⌈N/8⌉ floats for B, then 4·K for a strip of A.
export function matMul(
  a: usize, b: usize, c: usize, packed: usize, bias: usize, residual: usize,
  m: i32, k: i32, n: i32, isTransposedA: bool, bRow: i32, bColumn: i32,
): void {
  packPanels(b, packed, k, n, bRow, bColumn);
  const panels = (n + LANES - 1) / LANES;
  const panelBytes = (<usize>(k * LANES)) << 2;
  const last = m - 1;
  if (isTransposedA) {
    const strip = packed + <usize>panels * panelBytes;
    for (let row = 0; row < m; row += 4) {
      const r1 = min(row + 1, last), r2 = min(row + 2, last), r3 = min(row + 3, last);
      for (let i = 0; i < k; i++) {
        const from = a + ((<usize>(i * m)) << 2);
        const to = strip + ((<usize>i) << 4);
        store<f32>(to, load<f32>(from + ((<usize>row) << 2)));
        store<f32>(to, load<f32>(from + ((<usize>r1) << 2)), 4);
        store<f32>(to, load<f32>(from + ((<usize>r2) << 2)), 8);
        store<f32>(to, load<f32>(from + ((<usize>r3) << 2)), 12);
      }
      for (let panel = 0; panel < panels; panel++) {
        const at = packed + <usize>panel * panelBytes;
        tile(c, strip, strip + 4, strip + 8, strip + 12, 16, at, at + panelBytes, row, panel * LANES, m, n, bias, residual);
      }
    }
    return;
  }
  // Panels outside, rows inside: a panel of B stays in the first-level cache while all of A streams by.
  const rowBytes = (<usize>k) << 2;
  for (let panel = 0; panel < panels; panel++) {
    const at = packed + <usize>panel * panelBytes;
    for (let row = 0; row < m; row += 4) {
      const p0 = a + <usize>row * rowBytes;
      const p1 = a + <usize>min(row + 1, last) * rowBytes;
      const p2 = a + <usize>min(row + 2, last) * rowBytes;
      const p3 = a + <usize>min(row + 3, last) * rowBytes;
      tile(c, p0, p1, p2, p3, 4, at, at + panelBytes, row, panel * LANES, m, n, bias, residual);
    }
  }
}
