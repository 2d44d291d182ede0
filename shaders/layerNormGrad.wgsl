// With n = (x - mean) * rstd and g = dy * gain:  dx = rstd * (g - mean(g) - n * mean(g * n)), means over the channels,
// plus skip where the rows x are used elsewhere as well: the gradient of that use.
// x, dy, dx, skip [rows, CHANNELS]; gain [CHANNELS]; stats [rows, 2] = mean, rstd.
// One thread per row: no barriers. Uniforms: rows.
@group(0) @binding(0) var<storage, read_write> dx: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> gain: array<f32>;
@group(0) @binding(4) var<storage, read> stats: array<f32>;
@group(0) @binding(5) var<storage, read> skip: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= uniforms.rows) { return; }
  let start = row * CHANNELS;
  let mean = stats[2u * row];
  let rstd = stats[2u * row + 1u];
  var sum = 0.0;
  var sumNormal = 0.0;
  for (var c = 0u; c < CHANNELS; c++) {
    let g = dy[start + c] * gain[c];
    sum += g;
    sumNormal += g * (x[start + c] - mean) * rstd;
  }
  sum /= f32(CHANNELS);
  sumNormal /= f32(CHANNELS);
  for (var c = 0u; c < CHANNELS; c++) {
    let normal = (x[start + c] - mean) * rstd;
    var result = rstd * (dy[start + c] * gain[c] - sum - normal * sumNormal);
    if (HAS_SKIP) { result += skip[start + c]; }
    dx[start + c] = result;
  }
}
