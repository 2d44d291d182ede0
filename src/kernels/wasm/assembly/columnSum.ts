// Sums over rows. See kernels/matMul.ts (ColumnSum) and kernels/embedding.ts (EmbeddingGrad). The number of columns is a
// multiple of 4. A piece is 16 columns over all rows: the order of a sum never depends on who computes it.

const COLUMNS: i32 = 16;

export function columnSum(x: usize, y: usize, rows: i32, columns: i32, scratch: usize, from: i32, to: i32): void {
  const stride = (<usize>columns) << 2;
  for (let piece = from; piece < to; piece++) {
    const first = piece * COLUMNS;
    const at = x + ((<usize>first) << 2);
    const out = y + ((<usize>first) << 2);
    if (first + COLUMNS <= columns) sum16(at, out, rows, stride);
    else for (let column = 0; column < columns - first; column += 4) sum4Columns(at + ((<usize>column) << 2), out + ((<usize>column) << 2), rows, stride);
  }
}

function sum16(at: usize, out: usize, rows: i32, stride: usize): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    s0 = f32x4.add(s0, v128.load(at));
    s1 = f32x4.add(s1, v128.load(at, 16));
    s2 = f32x4.add(s2, v128.load(at, 32));
    s3 = f32x4.add(s3, v128.load(at, 48));
    at += stride;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

function sum4Columns(at: usize, out: usize, rows: i32, stride: usize): void {
  let sum = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    sum = f32x4.add(sum, v128.load(at));
    at += stride;
  }
  v128.store(out, sum);
}

// dtable[ids[n]] += dy[n] for all n in order, in the columns of the piece.
export function embeddingGrad(
  dy: usize, ids: usize, dtable: usize, count: i32, rows: i32, columns: i32, scratch: usize, from: i32, to: i32,
): void {
  const stride = (<usize>columns) << 2;
  const first = (<usize>(from * COLUMNS)) << 2;
  const last = (<usize>min(columns, to * COLUMNS)) << 2;
  for (let row = 0; row < rows; row++) {
    const out = dtable + <usize>row * stride;
    for (let at = first; at < last; at += 16) v128.store(out + at, f32x4.splat(0));
  }
  for (let n = 0; n < count; n++) {
    const out = dtable + <usize>load<i32>(ids + ((<usize>n) << 2)) * stride;
    const g = dy + <usize>n * stride;
    for (let at = first; at < last; at += 16) v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(g + at)));
  }
}
