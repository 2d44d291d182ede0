// Appended to the matMul shaders: the rows of A [M, K] are normalised as they are read,
//   (x - mean) * rstd * gain + shift,  gain and shift [K].
// Two passes for the variance, so that a large mean costs no digits. Uniforms: k, epsilon.
@group(0) @binding(5) var<storage, read> gain: array<f32>;
@group(0) @binding(6) var<storage, read> shift: array<f32>;

// Mean and rstd of the row that begins at `start`.
fn rowNorm(start: u32) -> vec2<f32> {
  var sum = 0.0;
  for (var i = 0u; i < uniforms.k; i++) { sum += a[start + i]; }
  let mean = sum / f32(uniforms.k);
  var squares = 0.0;
  for (var i = 0u; i < uniforms.k; i++) {
    let centred = a[start + i] - mean;
    squares += centred * centred;
  }
  return vec2<f32>(mean, 1.0 / sqrt(squares / f32(uniforms.k) + uniforms.epsilon));
}

// Four rows at one depth.
fn left(x: vec4<f32>, mean: vec4<f32>, rstd: vec4<f32>, depth: u32) -> vec4<f32> {
  return (x - mean) * rstd * gain[depth] + shift[depth];
}
