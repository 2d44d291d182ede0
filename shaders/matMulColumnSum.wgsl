// Appended to the matMul shaders: C = sum, and beside it the sums over the columns of B, columns [N].
// `Part` is what the shader stores at once, one value or four of a row; arrays are in parts.
@group(0) @binding(3) var<storage, read_write> columns: array<Part>;

fn columnTerm(column: u32) -> Part { return Part(); }
fn put(sum: Part, at: u32) { c[at] = sum; }
fn columnPart(depths: mat4x4<f32>) -> vec4<f32> { return depths[0] + depths[1] + depths[2] + depths[3]; }
fn putColumn(column: u32, sum: Part) { columns[column] = sum; }
