// Appended to the matMul shaders: C = sum * slope of gelu at inner. inner like C.
// `Part` is what the shader stores at once, one value or four of a row; arrays are in parts.
@group(0) @binding(3) var<storage, read> inner: array<Part>;

fn columnTerm(column: u32) -> Part { return Part(); }
fn put(sum: Part, at: u32) { c[at] = sum * geluSlope(inner[at]); }
fn columnPart(columns: mat4x4<f32>) -> vec4<f32> { return vec4<f32>(); }
fn putColumn(column: u32, sum: Part) {}
