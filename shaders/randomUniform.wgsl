// y[4 i + w] = word w of Philox at counter (i, offset low, offset high, 0) and key (seed, stream), as a number in [0, 1).
// y [size]. One thread per four elements: no barriers. philox and unitFloats come from shaders/philox.wgsl.
// Uniforms: size, seed, randomStream, offsetLow, offsetHigh.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let block = id.x + id.y * groups.x * WORKGROUP;
  let numbers = unitFloats(philox(vec4<u32>(block, uniforms.offsetLow, uniforms.offsetHigh, 0u), vec2<u32>(uniforms.seed, uniforms.randomStream)));
  for (var w = 0u; w < 4u; w++) {
    let i = 4u * block + w;
    if (i < uniforms.size) { y[i] = numbers[w]; }
  }
}
