// Appended to the matMul shaders: op(A) as it stands.
fn rowNorm(start: u32) -> vec2<f32> { return vec2<f32>(); }
fn left(x: vec4<f32>, mean: vec4<f32>, rstd: vec4<f32>, depth: u32) -> vec4<f32> { return x; }
