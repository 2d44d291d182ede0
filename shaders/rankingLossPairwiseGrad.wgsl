// dchosen = dloss / count * (2 * centering * (chosen + rejected) - doubt), drejected the same with + doubt.
// chosen, rejected, doubts, dchosen, drejected [count]; dloss []. One thread per pair: no barriers. Uniforms: count, centering.
@group(0) @binding(0) var<storage, read_write> dchosen: array<f32>;
@group(0) @binding(1) var<storage, read_write> drejected: array<f32>;
@group(0) @binding(2) var<storage, read> dloss: array<f32>;
@group(0) @binding(3) var<storage, read> chosen: array<f32>;
@group(0) @binding(4) var<storage, read> rejected: array<f32>;
@group(0) @binding(5) var<storage, read> doubts: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count) { return; }
  let share = dloss[0] / f32(uniforms.count);
  let centre = 2.0 * uniforms.centering * (chosen[i] + rejected[i]);
  dchosen[i] = share * (centre - doubts[i]);
  drejected[i] = share * (centre + doubts[i]);
}
