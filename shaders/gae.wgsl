// delta_t = r_t + gamma * V_(t+1) - V_t,  A_t = delta_t + gamma * lambda * A_(t+1),  return_t = A_t + V_t, from the last
// counted slot backwards; slots behind it count as 0 and come out 0. Counted: lengths[b] slots, plus EXTRA.
// rewards, values, advantages, returns [rows, SLOTS]; lengths [rows] int32.
// One thread per row: no barriers. Uniforms: rows, gamma, decay (gamma * lambda).
@group(0) @binding(0) var<storage, read_write> advantages: array<f32>;
@group(0) @binding(1) var<storage, read_write> returns: array<f32>;
@group(0) @binding(2) var<storage, read> rewards: array<f32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= uniforms.rows) { return; }
  let start = row * SLOTS;
  let counted = min(u32(max(lengths[row], 0)) + EXTRA, SLOTS);
  for (var t = counted; t < SLOTS; t++) {
    advantages[start + t] = 0.0;
    returns[start + t] = 0.0;
  }
  var nextValue = 0.0;
  var advantage = 0.0;
  for (var t = counted; t > 0u; t--) {
    let i = start + t - 1u;
    let value = values[i];
    let delta = rewards[i] + uniforms.gamma * nextValue - value;
    advantage = delta + uniforms.decay * advantage;
    advantages[i] = advantage;
    returns[i] = advantage + value;
    nextValue = value;
  }
}
