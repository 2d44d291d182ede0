// dtable[v, c] = sum of dy[n, c] over the n with ids[n] = v. dy [count, CHANNELS]; ids [count]; dtable [rows, CHANNELS].
// One thread per table row and block of BLOCK channels scans all ids: no atomics, so the order of summation is fixed and
// the result repeats bit for bit; no barriers. Neighbouring threads read the same id. The sums stay in registers.
// Uniforms: rows, count.
@group(0) @binding(0) var<storage, read_write> dtable: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> ids: array<i32>;

const BLOCKS = (CHANNELS + BLOCK - 1u) / BLOCK;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  if (thread >= uniforms.rows * BLOCKS) { return; }
  let row = thread / BLOCKS;
  let first = (thread % BLOCKS) * BLOCK;
  let channels = min(BLOCK, CHANNELS - first);
  var sums = array<f32, BLOCK>();
  for (var n = 0u; n < uniforms.count; n++) {
    if (ids[n] != i32(row)) { continue; }
    let start = n * CHANNELS + first;
    for (var c = 0u; c < channels; c++) { sums[c] += dy[start + c]; }
  }
  for (var c = 0u; c < channels; c++) { dtable[row * CHANNELS + first + c] = sums[c]; }
}
