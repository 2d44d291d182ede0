// Appended to the matMul shaders: inner = sum + bias, kept for the gradient; C = gelu(inner). bias [N]; inner like C.
// `Part` is what the shader stores at once, one value or four of a row; arrays are in parts.
@group(0) @binding(3) var<storage, read_write> inner: array<Part>;
@group(0) @binding(4) var<storage, read> bias: array<Part>;

fn columnTerm(column: u32) -> Part { return bias[column]; }

fn put(sum: Part, at: u32) {
  inner[at] = sum;
  c[at] = gelu(sum);
}

fn columnPart(columns: mat4x4<f32>) -> vec4<f32> { return vec4<f32>(); }
fn putColumn(column: u32, sum: Part) {}
