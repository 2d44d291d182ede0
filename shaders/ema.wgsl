// average = decay * average + rest * value, in place; rest = 1 - decay, subtracted on the host in double.
// average, value [count]. One thread per element: no barriers. Uniforms: count, decay, rest.
@group(0) @binding(0) var<storage, read_write> average: array<f32>;
@group(0) @binding(1) var<storage, read> value: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count) { return; }
  average[i] = uniforms.decay * average[i] + uniforms.rest * value[i];
}
