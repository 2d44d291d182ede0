// C[z] = op(A[z]) * op(B[z]), finished by an appended epilogue, for adapters simulated on a processor without subgroups.
// A [batch, M, K] or transposed [batch, K, M]; B [batch, K, N] or transposed [batch, N, K].
// A thread owns a 4 x 8 tile of C in registers and reads A and B straight from memory: no workgroup memory, no barriers,
// which a software adapter pays for dearly. Rows and columns past the edge read a clamped index and are not stored.
// Appended: shaders/matMulLeft*.wgsl (`rowNorm`, `left`) and one epilogue (`columnTerm`, `put`, `putColumn`).
// Dispatch: N/32 x M/16 x batch workgroups of 4 x 4 threads, or fewer of M/16 from row `firstRow` on.
// Uniforms: m, n, k, firstRow.
@group(0) @binding(0) var<storage, read_write> c: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;

alias Part = f32;
alias Bits = u32;

fn readB(offset: u32, k: u32, column: u32) -> vec4<f32> {
  if (TRANSPOSE_B) {
    let last = uniforms.n - 1u;
    return vec4<f32>(
      b[offset + min(column, last) * uniforms.k + k],
      b[offset + min(column + 1u, last) * uniforms.k + k],
      b[offset + min(column + 2u, last) * uniforms.k + k],
      b[offset + min(column + 3u, last) * uniforms.k + k]);
  }
  let row = offset + k * uniforms.n;
  let last = uniforms.n - 1u;
  return vec4<f32>(b[row + min(column, last)], b[row + min(column + 1u, last)], b[row + min(column + 2u, last)], b[row + min(column + 3u, last)]);
}

fn store(offset: u32, row: u32, column: u32, lo: vec4<f32>, hi: vec4<f32>) {
  if (row >= uniforms.m) { return; }
  for (var i = 0u; i < 8u; i++) {
    if (column + i >= uniforms.n) { return; }
    let sum = select(lo[i & 3u], hi[i & 3u], i > 3u);
    put(sum + columnTerm(column + i), offset + row * uniforms.n + column + i);
  }
}

@compute @workgroup_size(4, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let column = id.x * 8u;
  let row = uniforms.firstRow + id.y * 4u;
  if (column >= uniforms.n || row >= uniforms.m) { return; }
  let aOffset = id.z * uniforms.m * uniforms.k;
  let bOffset = id.z * uniforms.k * uniforms.n;
  let lastRow = uniforms.m - 1u;
  let aStride = select(1u, uniforms.m, TRANSPOSE_A);
  let aRow = select(uniforms.k, 1u, TRANSPOSE_A);
  var p0 = aOffset + row * aRow;
  var p1 = aOffset + min(row + 1u, lastRow) * aRow;
  var p2 = aOffset + min(row + 2u, lastRow) * aRow;
  var p3 = aOffset + min(row + 3u, lastRow) * aRow;
  let norm = mat4x2<f32>(rowNorm(p0), rowNorm(p1), rowNorm(p2), rowNorm(p3));
  let mean = vec4<f32>(norm[0].x, norm[1].x, norm[2].x, norm[3].x);
  let rstd = vec4<f32>(norm[0].y, norm[1].y, norm[2].y, norm[3].y);
  var c00 = vec4<f32>(); var c01 = vec4<f32>(); var c10 = vec4<f32>(); var c11 = vec4<f32>();
  var c20 = vec4<f32>(); var c21 = vec4<f32>(); var c30 = vec4<f32>(); var c31 = vec4<f32>();
  for (var k = 0u; k < uniforms.k; k++) {
    let lo = readB(bOffset, k, column);
    let hi = readB(bOffset, k, column + 4u);
    let x = left(vec4<f32>(a[p0], a[p1], a[p2], a[p3]), mean, rstd, k);
    c00 += x.x * lo; c01 += x.x * hi;
    c10 += x.y * lo; c11 += x.y * hi;
    c20 += x.z * lo; c21 += x.z * hi;
    c30 += x.w * lo; c31 += x.w * hi;
    p0 += aStride; p1 += aStride; p2 += aStride; p3 += aStride;
  }
  let offset = id.z * uniforms.m * uniforms.n;
  store(offset, row, column, c00, c01);
  store(offset, row + 1u, column, c10, c11);
  store(offset, row + 2u, column, c20, c21);
  store(offset, row + 3u, column, c30, c31);
  if (COLUMN_SUMS && row == 0u) {
    var lo = vec4<f32>();
    var hi = vec4<f32>();
    for (var k = 0u; k < uniforms.k; k++) {
      lo += readB(bOffset, k, column);
      hi += readB(bOffset, k, column + 4u);
    }
    for (var i = 0u; i < 8u; i++) {
      if (column + i < uniforms.n) { putColumn(column + i, select(lo[i & 3u], hi[i & 3u], i > 3u)); }
    }
  }
}
