// C[z] = op(A[z]) * op(B[z]), finished by an appended epilogue, for adapters simulated on a processor whose subgroups
// are four lanes wide; K, N and the fast dimension of A are multiples of 4, and not both operands are transposed.
// A thread owns 32 rows and 8 columns of C. What counts on such an adapter is the code of a pass over the loop: it runs
// as fast as instructions can be fetched. A read costs about as many as twenty-five products, a broadcast as ten, a sum
// put back into a variable as three. So each lane reads a quad of A for all four; the others take it by swaps, which are
// one instruction each, and therefore meet it in an order of their own: column i of `lanes` belongs to lane ^ i. Sums are
// put back once per four depths. No workgroup memory, no barriers; a workgroup is one subgroup, and control flow around
// the swaps follows from uniforms.
//   A as it stands: lane l reads row l of four at depths k to k + 3; transposed: depth k + l of four rows.
// Rows and columns past the edge read a clamped index and are not stored.
// Appended: shaders/matMulQuadsLeft*.wgsl (`rowNorm`, `left`), one epilogue (`columnTerm`, `put`, `columnPart`,
// `putColumn`), and `asLeft`, `asRight`: whether a matrix is transposed on its way in (matMulProgram.ts).
// Dispatch: N/(32 * tiles) x M/32 x batch workgroups, or fewer of M/32 from row `firstRow` on.
// Uniforms: m, n, k, firstRow, tiles (of 32 columns a workgroup).
@group(0) @binding(0) var<storage, read_write> c: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

alias Part = vec4<f32>;
alias Bits = vec4<u32>;

fn lanes(x: vec4<f32>) -> mat4x4<f32> {
  return asLeft(mat4x4<f32>(x, quadSwapX(x), quadSwapY(x), quadSwapDiagonal(x)));
}

// Where this lane begins to read the four rows from `row` on.
fn leftStart(row: u32, lane: u32) -> u32 {
  let ofRow = min(row + lane, uniforms.m - 1u) * (uniforms.k / 4u);
  let ofDepth = lane * (uniforms.m / 4u) + min(row, uniforms.m - 1u) / 4u;
  return select(ofRow, ofDepth, TRANSPOSE_A);
}

// Four quads of B: depths of four columns, or columns at four depths in the order in which this lane meets them.
fn right(at: u32, step: u32, turn: u32) -> mat4x4<f32> {
  return mat4x4<f32>(
    b[at + turn * step],
    b[at + (turn ^ 1u) * step],
    b[at + (turn ^ 2u) * step],
    b[at + (turn ^ 3u) * step],
  );
}

fn storeRow(part: vec4<f32>, offset: u32, row: u32, column: u32) {
  if (row < uniforms.m && 4u * column < uniforms.n) { put(part, offset + row * (uniforms.n / 4u) + column); }
}

// `turn`: the rows of this lane are row + (turn ^ i).
fn store(sums: mat4x4<f32>, term: vec4<f32>, offset: u32, row: u32, turn: u32, column: u32) {
  let parts = transpose(sums);
  storeRow(parts[0] + term, offset, row + turn, column);
  storeRow(parts[1] + term, offset, row + (turn ^ 1u), column);
  storeRow(parts[2] + term, offset, row + (turn ^ 2u), column);
  storeRow(parts[3] + term, offset, row + (turn ^ 3u), column);
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let row = uniforms.firstRow + group.y * 32u;
  let offset = group.z * uniforms.m * (uniforms.n / 4u);
  let aOffset = group.z * uniforms.m * uniforms.k / 4u;
  let bOffset = group.z * uniforms.k * uniforms.n / 4u;
  let r0 = aOffset + leftStart(row, lane); let r1 = aOffset + leftStart(row + 4u, lane);
  let r2 = aOffset + leftStart(row + 8u, lane); let r3 = aOffset + leftStart(row + 12u, lane);
  let r4 = aOffset + leftStart(row + 16u, lane); let r5 = aOffset + leftStart(row + 20u, lane);
  let r6 = aOffset + leftStart(row + 24u, lane); let r7 = aOffset + leftStart(row + 28u, lane);
  var norms = array<vec2<f32>, 8>();
  for (var i = 0u; i < NORMED_QUADS; i++) { norms[i] = rowNorm(aOffset + leftStart(row + 4u * i, lane)); }
  let aStep = select(1u, uniforms.m, TRANSPOSE_A);
  let bStep = select(uniforms.n, 1u, TRANSPOSE_B);
  let next = select(uniforms.n, uniforms.k, TRANSPOSE_B) / 4u;
  let columnStep = select(1u, uniforms.k, TRANSPOSE_B);
  let depthTurn = select(0u, lane, TRANSPOSE_A);
  let rowTurn = select(lane, 0u, TRANSPOSE_A);
  let last = uniforms.n / 4u - 1u;

  for (var tile = 0u; tile < uniforms.tiles; tile++) {
    let column = (group.x * uniforms.tiles + tile) * 8u + lane * 2u;
    let q0 = bOffset + min(column, last) * columnStep;
    let q1 = bOffset + min(column + 1u, last) * columnStep;
    var c00 = mat4x4<f32>(); var c01 = mat4x4<f32>(); var c10 = mat4x4<f32>(); var c11 = mat4x4<f32>();
    var c20 = mat4x4<f32>(); var c21 = mat4x4<f32>(); var c30 = mat4x4<f32>(); var c31 = mat4x4<f32>();
    var c40 = mat4x4<f32>(); var c41 = mat4x4<f32>(); var c50 = mat4x4<f32>(); var c51 = mat4x4<f32>();
    var c60 = mat4x4<f32>(); var c61 = mat4x4<f32>(); var c70 = mat4x4<f32>(); var c71 = mat4x4<f32>();
    var sums0 = vec4<f32>(); var sums1 = vec4<f32>();
    for (var k = 0u; k < uniforms.k / 4u; k++) {
      let p0 = right(q0 + k * bStep, next, depthTurn);
      let p1 = right(q1 + k * bStep, next, depthTurn);
      let b0 = asRight(p0);
      let b1 = asRight(p1);
      let gains = gainAt(k);
      let at = k * aStep;
      let x0 = lanes(left(a[r0 + at], norms[0], gains)); c00 += x0 * b0; c01 += x0 * b1;
      let x1 = lanes(left(a[r1 + at], norms[1], gains)); c10 += x1 * b0; c11 += x1 * b1;
      let x2 = lanes(left(a[r2 + at], norms[2], gains)); c20 += x2 * b0; c21 += x2 * b1;
      let x3 = lanes(left(a[r3 + at], norms[3], gains)); c30 += x3 * b0; c31 += x3 * b1;
      let x4 = lanes(left(a[r4 + at], norms[4], gains)); c40 += x4 * b0; c41 += x4 * b1;
      let x5 = lanes(left(a[r5 + at], norms[5], gains)); c50 += x5 * b0; c51 += x5 * b1;
      let x6 = lanes(left(a[r6 + at], norms[6], gains)); c60 += x6 * b0; c61 += x6 * b1;
      let x7 = lanes(left(a[r7 + at], norms[7], gains)); c70 += x7 * b0; c71 += x7 * b1;
      sums0 += columnPart(p0);
      sums1 += columnPart(p1);
    }
    let term0 = columnTerm(min(column, last));
    let term1 = columnTerm(min(column + 1u, last));
    // Four rows at a time, the rest moving up: storing all of them in one go takes three times as long to compile.
    for (var i = 0u; i < 8u; i++) {
      let at = row + 4u * i;
      store(c00, term0, offset, at, rowTurn, column);
      store(c01, term1, offset, at, rowTurn, column + 1u);
      c00 = c10; c01 = c11; c10 = c20; c11 = c21; c20 = c30; c21 = c31; c30 = c40; c31 = c41;
      c40 = c50; c41 = c51; c50 = c60; c51 = c61; c60 = c70; c61 = c71;
    }
    if (row == 0u && column <= last) { putColumn(column, sums0); }
    if (row == 0u && column + 1u <= last) { putColumn(column + 1u, sums1); }
  }
}
