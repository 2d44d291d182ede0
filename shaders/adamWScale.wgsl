// y = min(1, maxGradNorm / (norm + 1e-6)) * grad. grad, y [count]; state [4], norm first.
// One thread per element: no barriers. Uniforms: count, maxGradNorm.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> grad: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count) { return; }
  y[i] = grad[i] * min(1.0, uniforms.maxGradNorm / (state[0] + 1e-6));
}
