// Appended to the matMul shaders: C = sum * slope of gelu at inner. inner like C.
@group(0) @binding(3) var<storage, read> inner: array<f32>;

fn put(sum: f32, column: u32, at: u32) { c[at] = sum * geluSlope(inner[at]); }

fn putColumn(column: u32, sum: f32) {}
