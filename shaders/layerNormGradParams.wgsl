// dgain[c] = sum over rows of dy * (x - mean) * rstd,  dbias[c] = sum over rows of dy.
// x, dy [rows, CHANNELS]; stats [rows, 2] = mean, rstd; dgain, dbias [CHANNELS].
// One thread per channel walks all rows: neighbouring threads read neighbouring floats, no barriers. Uniforms: rows.
@group(0) @binding(0) var<storage, read_write> dgain: array<f32>;
@group(0) @binding(1) var<storage, read_write> dbias: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read> stats: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let c = id.x;
  if (c >= CHANNELS) { return; }
  var sumGain = 0.0;
  var sumBias = 0.0;
  for (var row = 0u; row < uniforms.rows; row++) {
    let upstream = dy[row * CHANNELS + c];
    sumGain += upstream * (x[row * CHANNELS + c] - stats[2u * row]) * stats[2u * row + 1u];
    sumBias += upstream;
  }
  dgain[c] = sumGain;
  dbias[c] = sumBias;
}
