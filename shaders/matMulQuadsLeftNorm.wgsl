// Appended to shaders/matMulQuads.wgsl: the rows of A [M, K] are normalised as they are read,
//   (x - mean) * rstd * gain + shift,  gain and shift [K / 4] in vec4.
// One pass for both moments, of distances from the row's first value: whichever value that is, the square of its distance
// from the mean is at most K - 1 variances, so a large mean costs no digits. Uniforms: k, epsilon.
@group(0) @binding(5) var<storage, read> gain: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> shift: array<vec4<f32>>;

// Mean and rstd of the row that begins at `start`.
fn rowNorm(start: u32) -> vec2<f32> {
  let first = a[start].x;
  var sum = vec4<f32>();
  var squares = vec4<f32>();
  for (var i = 0u; i < uniforms.k / 4u; i++) {
    let distance = a[start + i] - first;
    sum += distance;
    squares += distance * distance;
  }
  let ones = vec4<f32>(1.0);
  let mean = dot(sum, ones) / f32(uniforms.k);
  let variance = dot(squares, ones) / f32(uniforms.k) - mean * mean;
  return vec2<f32>(first + mean, 1.0 / sqrt(max(variance, 0.0) + uniforms.epsilon));
}

// Quads of rows that have moments: all.
const NORMED_QUADS = 8u;

// Gain and shift at four depths.
fn gainAt(depth: u32) -> mat2x4<f32> { return mat2x4<f32>(gain[depth], shift[depth]); }

fn left(x: vec4<f32>, norm: vec2<f32>, gains: mat2x4<f32>) -> vec4<f32> {
  return (x - norm.x) * norm.y * gains[0] + gains[1];
}
