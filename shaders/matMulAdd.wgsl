// Appended to the matMul shaders: C = act(sum + bias) + residual, each part only where it is switched on.
// bias [N]; residual like C.
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;

fn put(sum: f32, column: u32, at: u32) {
  var value = sum;
  if (HAS_BIAS) { value += bias[column]; }
  if (HAS_GELU) { value = gelu(value); }
  if (HAS_RESIDUAL) { value += residual[at]; }
  c[at] = value;
}

fn putColumn(column: u32, sum: f32) {}
