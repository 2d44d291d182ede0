// y_i = x_i / (1 - rate) where u_i >= rate, else 0; u_i is the number shaders/randomUniform.wgsl gives at i for the same key.
// x, y [size]. One thread per four elements: no barriers. philox and unitFloats come from shaders/philox.wgsl.
// Uniforms: size, seed, randomStream, offsetLow, offsetHigh, rate, scale = 1 / (1 - rate).
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let block = id.x + id.y * groups.x * WORKGROUP;
  let numbers = unitFloats(philox(vec4<u32>(block, uniforms.offsetLow, uniforms.offsetHigh, 0u), vec2<u32>(uniforms.seed, uniforms.randomStream)));
  for (var w = 0u; w < 4u; w++) {
    let i = 4u * block + w;
    if (i < uniforms.size) { y[i] = select(0.0, x[i] * uniforms.scale, numbers[w] >= uniforms.rate); }
  }
}
