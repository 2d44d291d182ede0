// y[c] = sum over rows of x[row, c]: the gradient of a bias. x [rows, columns], y [columns].
// One thread per column walks all rows: neighbouring threads read neighbouring floats, no barriers. Uniforms: rows, columns.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let column = id.x;
  if (column >= uniforms.columns) { return; }
  var sum = 0.0;
  for (var row = 0u; row < uniforms.rows; row++) { sum += x[row * uniforms.columns + column]; }
  y[column] = sum;
}
