// C[z] = op(A[z]) * op(B[z]), finished by an appended epilogue, for hardware adapters.
// A [batch, M, K] or transposed [batch, K, M]; B [batch, K, N] or transposed [batch, N, K].
// A workgroup of 8 x 8 threads computes a 32 x 32 tile of C, each thread 4 x 4, walking K in steps of 16 through
// workgroup memory (2 x 32 x 16 floats = 4 kB). Every thread of a workgroup runs the same number of steps, so the two
// barriers a step are in uniform control flow; elements past the edge are loaded as 0 and not stored.
// Appended: shaders/matMulLeft*.wgsl (`rowNorm`, `left`) and one epilogue (`columnTerm`, `put`, `putColumn`).
// Dispatch: N/32 x M/32 x batch workgroups, or fewer of M/32 from row `firstRow` on. Uniforms: m, n, k, firstRow.
@group(0) @binding(0) var<storage, read_write> c: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;

alias Part = f32;
alias Bits = u32;

const TILE = 32u;
const STEP = 16u;
var<workgroup> tileA: array<f32, 512>; // [STEP][TILE]
var<workgroup> tileB: array<f32, 512>; // [STEP][TILE]
var<workgroup> norms: array<vec2<f32>, 32>; // mean and rstd of each row; unused without a norm

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let rowStart = uniforms.firstRow + group.y * TILE;
  let columnStart = group.x * TILE;
  let aOffset = group.z * uniforms.m * uniforms.k;
  let bOffset = group.z * uniforms.k * uniforms.n;
  if (index < TILE) { norms[index] = rowNorm(aOffset + min(rowStart + index, uniforms.m - 1u) * uniforms.k); }
  workgroupBarrier();
  var sums = array<vec4<f32>, 4>();
  var columnSums = vec4<f32>();
  for (var start = 0u; start < uniforms.k; start += STEP) {
    for (var i = index; i < STEP * TILE; i += 64u) {
      // The fast index follows the memory order of the operand, so that neighbouring threads read neighbouring floats.
      let k = select(i % STEP, i / TILE, TRANSPOSE_A);
      let r = select(i / STEP, i % TILE, TRANSPOSE_A);
      let row = rowStart + r;
      let depth = start + k;
      let at = select(row * uniforms.k + depth, depth * uniforms.m + row, TRANSPOSE_A);
      let x = left(vec4<f32>(a[aOffset + at]), vec4<f32>(norms[r].x), vec4<f32>(norms[r].y), depth).x;
      tileA[k * TILE + r] = select(0.0, x, row < uniforms.m && depth < uniforms.k);
      let kb = select(i / TILE, i % STEP, TRANSPOSE_B);
      let cb = select(i % TILE, i / STEP, TRANSPOSE_B);
      let column = columnStart + cb;
      let depthB = start + kb;
      let atB = select(depthB * uniforms.n + column, column * uniforms.k + depthB, TRANSPOSE_B);
      tileB[kb * TILE + cb] = select(0.0, b[bOffset + atB], column < uniforms.n && depthB < uniforms.k);
    }
    workgroupBarrier();
    for (var k = 0u; k < STEP; k++) {
      let at = k * TILE + local.x * 4u;
      let vector = vec4<f32>(tileB[at], tileB[at + 1u], tileB[at + 2u], tileB[at + 3u]);
      let head = k * TILE + local.y * 4u;
      sums[0] += tileA[head] * vector;
      sums[1] += tileA[head + 1u] * vector;
      sums[2] += tileA[head + 2u] * vector;
      sums[3] += tileA[head + 3u] * vector;
      if (COLUMN_SUMS) { columnSums += vector; }
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < 4u; r++) {
    let row = rowStart + local.y * 4u + r;
    if (row >= uniforms.m) { break; }
    for (var i = 0u; i < 4u; i++) {
      let column = columnStart + local.x * 4u + i;
      if (column >= uniforms.n) { break; }
      put(sums[r][i] + columnTerm(column), group.z * uniforms.m * uniforms.n + row * uniforms.n + column);
    }
  }
  if (COLUMN_SUMS && rowStart == 0u && local.y == 0u) {
    for (var i = 0u; i < 4u; i++) {
      let column = columnStart + local.x * 4u + i;
      if (column < uniforms.n) { putColumn(column, columnSums[i]); }
    }
  }
}
