// A small product with everything packed and padded: what attention consists of.

// C[4, columns] = A[4, count] · B[count, columns]. Rows of A begin at a0 to a3 and are walked by `aStep` bytes, rows of B by
// `bStep`, rows of C lie `cStep` apart; columns are a multiple of 8.
export function product4(
  c: usize, cStep: usize, a0: usize, a1: usize, a2: usize, a3: usize, aStep: usize, b: usize, bStep: usize,
  columns: i32, count: i32,
): void {
  const columnBytes = (<usize>columns) << 2;
  for (let column: usize = 0; column < columnBytes; column += 32) {
    let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
    let q = b + column;
    let walked: usize = 0;
    for (let i = 0; i < count; i++) {
      const b0 = v128.load(q);
      const b1 = v128.load(q, 16);
      const x0 = v128.load32_splat(a0 + walked);
      c00 = f32x4.add(c00, f32x4.mul(x0, b0));
      c01 = f32x4.add(c01, f32x4.mul(x0, b1));
      const x1 = v128.load32_splat(a1 + walked);
      c10 = f32x4.add(c10, f32x4.mul(x1, b0));
      c11 = f32x4.add(c11, f32x4.mul(x1, b1));
      const x2 = v128.load32_splat(a2 + walked);
      c20 = f32x4.add(c20, f32x4.mul(x2, b0));
      c21 = f32x4.add(c21, f32x4.mul(x2, b1));
      const x3 = v128.load32_splat(a3 + walked);
      c30 = f32x4.add(c30, f32x4.mul(x3, b0));
      c31 = f32x4.add(c31, f32x4.mul(x3, b1));
      q += bStep;
      walked += aStep;
    }
    const at = c + column;
    v128.store(at, c00);
    v128.store(at, c01, 16);
    v128.store(at + cStep, c10);
    v128.store(at + cStep, c11, 16);
    v128.store(at + 2 * cStep, c20);
    v128.store(at + 2 * cStep, c21, 16);
    v128.store(at + 3 * cStep, c30);
    v128.store(at + 3 * cStep, c31, 16);
  }
}

// Copies rows [length, size] that lie `stride` bytes apart to [length, padded]; rows that `visible` hides and the columns
// that fill up become 0, so that whatever they hold cannot spread.
export function packRows(from: usize, stride: usize, to: usize, visible: usize, length: i32, size: i32, padded: i32): void {
  const bytes = (<usize>size) << 2;
  const step = (<usize>padded) << 2;
  for (let row = 0; row < length; row++) {
    const shown = visible ? v128.load32_splat(visible + ((<usize>row) << 2)) : i32x4.splat(-1);
    for (let at: usize = 0; at < step; at += 16) {
      v128.store(to + at, at < bytes ? v128.and(v128.load(from + at), shown) : f32x4.splat(0));
    }
    from += stride;
    to += step;
  }
}

// Transposes packed rows [length, padded] to [size, slots]; slots past `length` become 0.
export function transposeRows(rows: usize, to: usize, length: i32, size: i32, padded: i32, slots: i32): void {
  const step = (<usize>padded) << 2;
  for (let c = 0; c < size; c++) {
    let at = rows + ((<usize>c) << 2);
    for (let row = 0; row < length; row++) {
      store<f32>(to + ((<usize>row) << 2), load<f32>(at));
      at += step;
    }
    for (let row = length; row < slots; row++) store<f32>(to + ((<usize>row) << 2), 0);
    to += (<usize>slots) << 2;
  }
}
