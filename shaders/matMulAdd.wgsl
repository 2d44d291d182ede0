// Appended to the matMul shaders: C = act(sum + bias) + residual, each part only where it is switched on.
// bias [N]; residual like C. `Part` is what the shader stores at once, one value or four of a row; arrays are in parts.
@group(0) @binding(3) var<storage, read> bias: array<Part>;
@group(0) @binding(4) var<storage, read> residual: array<Part>;

// What every row gets in a column.
fn columnTerm(column: u32) -> Part {
  var term = Part();
  if (HAS_BIAS) { term = bias[column]; }
  return term;
}

fn put(sum: Part, at: u32) {
  var value = sum;
  if (HAS_GELU) { value = gelu(value); }
  if (HAS_RESIDUAL) { value += residual[at]; }
  c[at] = value;
}

fn columnPart(columns: mat4x4<f32>) -> vec4<f32> { return vec4<f32>(); }
fn putColumn(column: u32, sum: Part) {}
