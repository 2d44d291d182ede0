// y = (x - mean) * rstd * gain + bias, mean and variance over the channels of a row.
// x, y [rows, CHANNELS]; gain, bias [CHANNELS]; stats [rows, 2] = mean, rstd (kept for the gradient).
// One thread per row: no barriers, no workgroup memory. Two passes for the variance, so that a large mean costs no digits.
// Uniforms: rows, epsilon.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> stats: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> gain: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= uniforms.rows) { return; }
  let start = row * CHANNELS;
  var sum = 0.0;
  for (var c = 0u; c < CHANNELS; c++) { sum += x[start + c]; }
  let mean = sum / f32(CHANNELS);
  var squares = 0.0;
  for (var c = 0u; c < CHANNELS; c++) {
    let centred = x[start + c] - mean;
    squares += centred * centred;
  }
  let rstd = 1.0 / sqrt(squares / f32(CHANNELS) + uniforms.epsilon);
  for (var c = 0u; c < CHANNELS; c++) { y[start + c] = (x[start + c] - mean) * rstd * gain[c] + bias[c]; }
  stats[2u * row] = mean;
  stats[2u * row + 1u] = rstd;
}
