// C[z] = op(A[z]) * op(B[z]), finished by an appended epilogue, for adapters simulated on a processor whose subgroups
// are four lanes wide. A [batch, M, K] or transposed [batch, K, M]; B [batch, K, N] or transposed [batch, N, K].
// A thread owns a 16 x 8 tile of C in registers. On such an adapter reading memory costs more than arithmetic, and four
// lanes that read one address pay four times. The lanes of a subgroup share their 16 rows; so each reads them at a depth
// of its own, and a broadcast hands the values round: 12 reads for 128 products. No workgroup memory, no barriers.
// Rows and columns past the edge read a clamped index and are not stored. A workgroup is one subgroup, so that all control
// flow around the broadcasts follows from uniforms.
// Appended: shaders/matMulLeft*.wgsl (`rowNorm`, `left`) and one epilogue (`columnTerm`, `put`, `putColumn`).
// Dispatch: N/32 x M/16 x batch workgroups, or fewer of M/16 from row `firstRow` on. Uniforms: m, n, k, firstRow.
@group(0) @binding(0) var<storage, read_write> c: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;

alias Part = f32;
alias Bits = u32;

fn read4(at: vec4<u32>) -> vec4<f32> { return vec4<f32>(a[at.x], a[at.y], a[at.z], a[at.w]); }
fn readB(at: vec4<u32>) -> vec4<f32> { return vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]); }

fn outer(rows: vec4<f32>, columns: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(rows.x * columns, rows.y * columns, rows.z * columns, rows.w * columns);
}

fn store(sums: mat4x4<f32>, offset: u32, row: u32, column: u32) {
  for (var i = 0u; i < 16u; i++) {
    let r = row + i / 4u;
    let at = column + i % 4u;
    if (r < uniforms.m && at < uniforms.n) { put(sums[i / 4u][i % 4u] + columnTerm(at), offset + r * uniforms.n + at); }
  }
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let row = uniforms.firstRow + group.y * 16u;
  let column = group.x * 32u + lane * 8u;
  let aOffset = group.z * uniforms.m * uniforms.k;
  let bOffset = group.z * uniforms.k * uniforms.n;
  let aRow = select(uniforms.k, 1u, TRANSPOSE_A);
  let aStep = select(1u, uniforms.m, TRANSPOSE_A);
  let bColumn = select(1u, uniforms.k, TRANSPOSE_B);
  let bStep = select(uniforms.n, 1u, TRANSPOSE_B);
  let next = vec4<u32>(0u, 1u, 2u, 3u);
  let lastRow = vec4<u32>(uniforms.m - 1u);
  let lastColumn = vec4<u32>(uniforms.n - 1u);
  let r0 = aOffset + min(row + next, lastRow) * aRow;
  let r1 = aOffset + min(row + 4u + next, lastRow) * aRow;
  let r2 = aOffset + min(row + 8u + next, lastRow) * aRow;
  let r3 = aOffset + min(row + 12u + next, lastRow) * aRow;
  let q0 = bOffset + min(column + next, lastColumn) * bColumn;
  let q1 = bOffset + min(column + 4u + next, lastColumn) * bColumn;
  // Statistics of four rows a lane, for all 16; nothing without a norm.
  let own = aOffset + min(row + 4u * lane + next, lastRow) * aRow;
  let norm = mat4x2<f32>(rowNorm(own.x), rowNorm(own.y), rowNorm(own.z), rowNorm(own.w));
  let mean = vec4<f32>(norm[0].x, norm[1].x, norm[2].x, norm[3].x);
  let rstd = vec4<f32>(norm[0].y, norm[1].y, norm[2].y, norm[3].y);
  let mean0 = subgroupBroadcast(mean, 0u); let rstd0 = subgroupBroadcast(rstd, 0u);
  let mean1 = subgroupBroadcast(mean, 1u); let rstd1 = subgroupBroadcast(rstd, 1u);
  let mean2 = subgroupBroadcast(mean, 2u); let rstd2 = subgroupBroadcast(rstd, 2u);
  let mean3 = subgroupBroadcast(mean, 3u); let rstd3 = subgroupBroadcast(rstd, 3u);

  var c00 = mat4x4<f32>(); var c01 = mat4x4<f32>(); var c10 = mat4x4<f32>(); var c11 = mat4x4<f32>();
  var c20 = mat4x4<f32>(); var c21 = mat4x4<f32>(); var c30 = mat4x4<f32>(); var c31 = mat4x4<f32>();
  let deepest = uniforms.k - 1u;
  for (var k = 0u; k < uniforms.k; k += 4u) {
    // Past the end rows count as 0; columns repeat the last ones.
    let depth = min(k + lane, deepest);
    let isReal = vec4<bool>(k + lane <= deepest);
    let a0 = select(vec4<f32>(), left(read4(r0 + depth * aStep), mean0, rstd0, depth), isReal);
    let a1 = select(vec4<f32>(), left(read4(r1 + depth * aStep), mean1, rstd1, depth), isReal);
    let a2 = select(vec4<f32>(), left(read4(r2 + depth * aStep), mean2, rstd2, depth), isReal);
    let a3 = select(vec4<f32>(), left(read4(r3 + depth * aStep), mean3, rstd3, depth), isReal);
    // Written out: a broadcast takes a constant lane, and a loop over arrays would leave the registers.
    var lo = readB(q0 + k * bStep);
    var hi = readB(q1 + k * bStep);
    var x0 = subgroupBroadcast(a0, 0u); var x1 = subgroupBroadcast(a1, 0u);
    var x2 = subgroupBroadcast(a2, 0u); var x3 = subgroupBroadcast(a3, 0u);
    c00 += outer(x0, lo); c01 += outer(x0, hi); c10 += outer(x1, lo); c11 += outer(x1, hi);
    c20 += outer(x2, lo); c21 += outer(x2, hi); c30 += outer(x3, lo); c31 += outer(x3, hi);

    lo = readB(q0 + min(k + 1u, deepest) * bStep);
    hi = readB(q1 + min(k + 1u, deepest) * bStep);
    x0 = subgroupBroadcast(a0, 1u); x1 = subgroupBroadcast(a1, 1u);
    x2 = subgroupBroadcast(a2, 1u); x3 = subgroupBroadcast(a3, 1u);
    c00 += outer(x0, lo); c01 += outer(x0, hi); c10 += outer(x1, lo); c11 += outer(x1, hi);
    c20 += outer(x2, lo); c21 += outer(x2, hi); c30 += outer(x3, lo); c31 += outer(x3, hi);

    lo = readB(q0 + min(k + 2u, deepest) * bStep);
    hi = readB(q1 + min(k + 2u, deepest) * bStep);
    x0 = subgroupBroadcast(a0, 2u); x1 = subgroupBroadcast(a1, 2u);
    x2 = subgroupBroadcast(a2, 2u); x3 = subgroupBroadcast(a3, 2u);
    c00 += outer(x0, lo); c01 += outer(x0, hi); c10 += outer(x1, lo); c11 += outer(x1, hi);
    c20 += outer(x2, lo); c21 += outer(x2, hi); c30 += outer(x3, lo); c31 += outer(x3, hi);

    lo = readB(q0 + min(k + 3u, deepest) * bStep);
    hi = readB(q1 + min(k + 3u, deepest) * bStep);
    x0 = subgroupBroadcast(a0, 3u); x1 = subgroupBroadcast(a1, 3u);
    x2 = subgroupBroadcast(a2, 3u); x3 = subgroupBroadcast(a3, 3u);
    c00 += outer(x0, lo); c01 += outer(x0, hi); c10 += outer(x1, lo); c11 += outer(x1, hi);
    c20 += outer(x2, lo); c21 += outer(x2, hi); c30 += outer(x3, lo); c31 += outer(x3, hi);
  }
  let offset = group.z * uniforms.m * uniforms.n;
  store(c00, offset, row, column); store(c01, offset, row, column + 4u);
  store(c10, offset, row + 4u, column); store(c11, offset, row + 4u, column + 4u);
  store(c20, offset, row + 8u, column); store(c21, offset, row + 8u, column + 4u);
  store(c30, offset, row + 12u, column); store(c31, offset, row + 12u, column + 4u);
  if (COLUMN_SUMS) {
    // Only the first row of tiles, in a loop that the others leave at once: a branch would cost them as much as a pass.
    var lo = vec4<f32>();
    var hi = vec4<f32>();
    for (var k = select(uniforms.k, 0u, row == 0u); k < uniforms.k; k++) {
      lo += readB(q0 + k * bStep);
      hi += readB(q1 + k * bStep);
    }
    for (var i = 0u; i < 4u; i++) {
      if (row == 0u && column + i < uniforms.n) { putColumn(column + i, lo[i]); }
      if (row == 0u && column + 4u + i < uniforms.n) { putColumn(column + 4u + i, hi[i]); }
    }
  }
}
