// Appended to the matMul shaders: inner = sum + bias, kept for the gradient; C = gelu(inner). bias [N]; inner like C.
@group(0) @binding(3) var<storage, read_write> inner: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;

fn put(sum: f32, column: u32, at: u32) {
  let value = sum + bias[column];
  inner[at] = value;
  c[at] = gelu(value);
}

fn putColumn(column: u32, sum: f32) {}
