// C[z] = op(A[z]) * op(B[z]) + bias + residual, for adapters simulated on a processor.
// A [batch, M, K] or transposed [batch, K, M]; B [batch, K, N] or transposed [batch, N, K]; bias [N]; residual, C [batch, M, N].
// A thread owns a 4 x 8 tile of C in registers and reads A and B straight from memory: no workgroup memory, no barriers,
// which a software adapter pays for dearly. Rows and columns past the edge read a clamped index and are not stored.
// Uniforms: m, n, k.
@group(0) @binding(0) var<storage, read_write> c: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;

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
    let at = column + i;
    if (at >= uniforms.n) { return; }
    var value = select(lo[i & 3u], hi[i & 3u], i > 3u);
    if (HAS_BIAS) { value += bias[at]; }
    let index = offset + row * uniforms.n + at;
    if (HAS_RESIDUAL) { value += residual[index]; }
    c[index] = value;
  }
}

@compute @workgroup_size(WORKGROUP_X, WORKGROUP_Y)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let column = id.x * 8u;
  let row = id.y * 4u;
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
  var c00 = vec4<f32>(); var c01 = vec4<f32>(); var c10 = vec4<f32>(); var c11 = vec4<f32>();
  var c20 = vec4<f32>(); var c21 = vec4<f32>(); var c30 = vec4<f32>(); var c31 = vec4<f32>();
  for (var k = 0u; k < uniforms.k; k++) {
    let lo = readB(bOffset, k, column);
    let hi = readB(bOffset, k, column + 4u);
    let a0 = a[p0]; let a1 = a[p1]; let a2 = a[p2]; let a3 = a[p3];
    c00 += a0 * lo; c01 += a0 * hi;
    c10 += a1 * lo; c11 += a1 * hi;
    c20 += a2 * lo; c21 += a2 * hi;
    c30 += a3 * lo; c31 += a3 * hi;
    p0 += aStride; p1 += aStride; p2 += aStride; p3 += aStride;
  }
  let offset = id.z * uniforms.m * uniforms.n;
  store(offset, row, column, c00, c01);
  store(offset, row + 1u, column, c10, c11);
  store(offset, row + 2u, column, c20, c21);
  store(offset, row + 3u, column, c30, c31);
}
