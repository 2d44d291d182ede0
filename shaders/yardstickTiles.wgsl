// C = A * B, both [SIZE, SIZE], SIZE a multiple of 64: the yardstick of the bench for hardware adapters.
// A workgroup of 16 x 16 threads computes a 64 x 64 tile of C, each thread 4 x 4, walking K in steps of 16 through
// workgroup memory (2 x 64 x 16 floats = 8 kB). Every thread loads one vec4 of A and one of B a step; the loop count is
// the same for all, so the two barriers a step are in uniform control flow.
// Dispatch: SIZE/64 x SIZE/64 workgroups.
@group(0) @binding(0) var<storage, read_write> c: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

const STEP = 16u;
var<workgroup> tileA: array<f32, 1024>; // [STEP][64]
var<workgroup> tileB: array<vec4<f32>, 256>; // [STEP][16]

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let stride = SIZE / 4u;
  let loadRow = index / 4u;
  let loadColumn = index % 4u;
  var s0 = vec4<f32>(); var s1 = vec4<f32>(); var s2 = vec4<f32>(); var s3 = vec4<f32>();
  for (var start = 0u; start < SIZE; start += STEP) {
    let fromA = a[(group.y * 64u + loadRow) * stride + start / 4u + loadColumn];
    tileA[(loadColumn * 4u) * 64u + loadRow] = fromA.x;
    tileA[(loadColumn * 4u + 1u) * 64u + loadRow] = fromA.y;
    tileA[(loadColumn * 4u + 2u) * 64u + loadRow] = fromA.z;
    tileA[(loadColumn * 4u + 3u) * 64u + loadRow] = fromA.w;
    tileB[local.y * 16u + local.x] = b[(start + local.y) * stride + group.x * 16u + local.x];
    workgroupBarrier();
    for (var k = 0u; k < STEP; k++) {
      let row = tileB[k * 16u + local.x];
      let head = k * 64u + local.y * 4u;
      s0 += tileA[head] * row; s1 += tileA[head + 1u] * row;
      s2 += tileA[head + 2u] * row; s3 += tileA[head + 3u] * row;
    }
    workgroupBarrier();
  }
  let out = (group.y * 64u + local.y * 4u) * stride + group.x * 16u + local.x;
  c[out] = s0; c[out + stride] = s1; c[out + 2u * stride] = s2; c[out + 3u * stride] = s3;
}
