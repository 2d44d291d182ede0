// With G_t = dadvantage_t + dreturn_t + gamma * lambda * G_(t-1), forwards from slot 0:
//   dreward_t = G_t,  dvalue_t = dreturn_t - G_t + gamma * G_(t-1); 0 behind the counted slots.
// All [rows, SLOTS]; lengths [rows] int32. One thread per row: no barriers. Uniforms: rows, gamma, decay (gamma * lambda).
@group(0) @binding(0) var<storage, read_write> drewards: array<f32>;
@group(0) @binding(1) var<storage, read_write> dvalues: array<f32>;
@group(0) @binding(2) var<storage, read> dadvantages: array<f32>;
@group(0) @binding(3) var<storage, read> dreturns: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= uniforms.rows) { return; }
  let start = row * SLOTS;
  let counted = min(u32(max(lengths[row], 0)) + EXTRA, SLOTS);
  var carried = 0.0;
  for (var t = 0u; t < SLOTS; t++) {
    let i = start + t;
    if (t < counted) {
      let total = dadvantages[i] + dreturns[i] + uniforms.decay * carried;
      drewards[i] = total;
      dvalues[i] = dreturns[i] - total + uniforms.gamma * carried;
      carried = total;
    } else {
      drewards[i] = 0.0;
      dvalues[i] = 0.0;
    }
  }
}
