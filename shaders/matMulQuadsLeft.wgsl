// Appended to shaders/matMulQuads.wgsl: A as it stands.
fn rowNorm(start: u32) -> vec2<f32> { return vec2<f32>(); }
// Quads of rows that have moments.
const NORMED_QUADS = 0u;
fn gainAt(depth: u32) -> mat2x4<f32> { return mat2x4<f32>(); }
fn left(x: vec4<f32>, norm: vec2<f32>, gains: mat2x4<f32>) -> vec4<f32> { return x; }
