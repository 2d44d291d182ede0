// Appended to the matMul shaders: C = sum, and beside it the sums over the columns of B, columns [N].
@group(0) @binding(3) var<storage, read_write> columns: array<f32>;

fn put(sum: f32, column: u32, at: u32) { c[at] = sum; }

fn putColumn(column: u32, sum: f32) { columns[column] = sum; }
